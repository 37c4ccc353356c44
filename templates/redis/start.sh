#!/bin/sh
# Starts Redis with its password in a file that only Redis can read: on a command line every user of the
# host would see it. The further settings come as arguments.
set -eu

secret_file=/run/emaintenance-redis.conf
umask 077

if [ -n "${REDIS_PASSWORD:-}" ]; then
  # Inside double quotes, Redis's configuration gives a meaning to \ and " only.
  quoted=$(printf '%s' "$REDIS_PASSWORD" | sed 's/[\\"]/\\&/g')
  printf 'requirepass "%s"\n' "$quoted" > "$secret_file"
else
  : > "$secret_file"
fi
chown redis "$secret_file"

exec docker-entrypoint.sh redis-server "$secret_file" "$@"
