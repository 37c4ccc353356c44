#!/usr/bin/env bash
# After the services are replaced: from now on Redis asks for its password, where a deploy has had to do without so far. Who is
# connected stays so. The password stays inside the container, and is on no command line.
set -euo pipefail

: "${CONTAINER:?name of the container of Redis}"
: "${REDIS_PORT:?port that it listens on}"

docker exec -i --env REDIS_PORT="$REDIS_PORT" "$CONTAINER" sh -s << 'IN_REDIS'
set -eu
pending=/data/.password-pending
[ -e "$pending" ] || exit 0
quoted=$(printf '%s' "$REDIS_PASSWORD" | sed 's/[\\"]/\\&/g')
printf 'CONFIG SET requirepass "%s"\n' "$quoted" | redis-cli -p "$REDIS_PORT" > /dev/null
# A run that was killed may have done it already.
[ "$(REDISCLI_AUTH=$REDIS_PASSWORD redis-cli -p "$REDIS_PORT" ping)" = PONG ] && [ "$(redis-cli -p "$REDIS_PORT" ping 2>&1)" != PONG ] || {
  echo "Redis does not ask for its password. Expected that it does, once it is told to. Look at its log: docker logs $HOSTNAME" >&2
  exit 1
}
rm -rf "$pending"
echo "Redis asks for its password"
IN_REDIS
