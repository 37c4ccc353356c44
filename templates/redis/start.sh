#!/bin/sh
# Starts Redis with its password in a file that only Redis can read: on a command line every user of the
# host would see it. The further settings come as arguments.
set -eu

: "${REDIS_PASSWORD:?password of Redis}"
secret_file=/run/emaintenance-redis.conf
# A deploy from a version that had no password leaves this until the services that know none are replaced (allow-former.sh).
pending=/data/.password-pending
umask 077

if [ -e "$pending" ]; then
  echo "Redis asks for no password until the deployment that gives it one has replaced the services"
  : > "$secret_file"
else
  # Inside double quotes, Redis's configuration gives a meaning to \ and " only.
  quoted=$(printf '%s' "$REDIS_PASSWORD" | sed 's/[\\"]/\\&/g')
  printf 'requirepass "%s"\n' "$quoted" > "$secret_file"
fi
chown redis "$secret_file"

exec docker-entrypoint.sh redis-server "$secret_file" "$@"
