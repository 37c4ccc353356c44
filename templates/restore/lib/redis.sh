# shellcheck shell=bash
# Redis: sessions and short-lived copies of what is in the database.

find_redis() {
  REDIS=$(container_of redis) || fail "there is no Redis to restore into" "a running container" "Try: emaintenance restart redis"
}

# What Redis reads at its start, and its name when it is retired.
readonly REDIS_FILES=(appendonlydir appendonly.aof dump.rdb)
readonly REDIS_BEFORE=.before-restore

check_redis() {
  local backup=$1 folder
  find_redis
  backup_file "$backup" redis.rdb > /dev/null || fail "$backup has no Redis in it" "a backup full_..." "Choose another: emaintenance restore list"
  folder=$(host_folder "$REDIS" /data) || fail "the folder of $REDIS is not on this host" "a volume or a folder at /data" "Deploy again"
  # The folder is Redis's own: what lies there under the name of a restore is no folder of one.
  if [ -e "$folder/$REDIS_BEFORE" ] || [ -L "$folder/$REDIS_BEFORE" ]; then
    fail "$folder/$REDIS_BEFORE is there already" "no such file while no restore is under way" "Look into it, and remove it"
  fi
}

plan_redis() { plan_line "stops Redis, gives it the sessions of $1, and starts it"; }

prepare_redis() { :; }

swap_redis() {
  local backup=$1 folder major file
  folder=$(host_folder "$REDIS" /data)
  major=$(docker exec "$REDIS" redis-server --version | sed -n 's/.* v=\([0-9]*\).*/\1/p')
  record redisFolder "$(text_json "$folder")"
  stop_container "$REDIS"
  record redisHad "$(for file in "${REDIS_FILES[@]}"; do [ ! -e "$folder/$file" ] || echo "$file"; done | jq -cnR '[inputs]')"
  mkdir "$folder/$REDIS_BEFORE"
  for file in "${REDIS_FILES[@]}"; do
    [ ! -e "$folder/$file" ] || mv "$folder/$file" "$folder/$REDIS_BEFORE/$file"
  done
  lay_snapshot "$backup" "$folder" "${major:-7}"
  start_redis || fail "Redis does not start with the sessions of $backup" "a snapshot that this Redis reads" "Its log is above; --keep-sessions leaves Redis as it is"
}

# lay_snapshot BACKUP FOLDER MAJOR: with its append-only file on, Redis looks at nothing else than that: so the snapshot
# becomes the beginning of it too. From 7 on it is a folder with a list.
lay_snapshot() {
  local backup=$1 folder=$2 major=$3
  numbers major
  cp --no-target-directory "$(backup_file "$backup" redis.rdb)" "$folder/dump.rdb"
  chown --no-dereference --reference="$folder" "$folder/dump.rdb"
  if [ "$major" -ge 7 ]; then
    mkdir "$folder/appendonlydir"
    cp "$(backup_file "$backup" redis.rdb)" "$folder/appendonlydir/appendonly.aof.1.base.rdb"
    echo "file appendonly.aof.1.base.rdb seq 1 type b" > "$folder/appendonlydir/appendonly.aof.manifest"
    chown -R --reference="$folder" "$folder/appendonlydir"
    chmod -R u=rwX,go= "$folder/appendonlydir"
  else
    cp --no-target-directory "$(backup_file "$backup" redis.rdb)" "$folder/appendonly.aof"
    chown --no-dereference --reference="$folder" "$folder/appendonly.aof"
  fi
}

start_redis() {
  docker start "$REDIS" > /dev/null || return 1
  await_healthy "$REDIS" "$(healthy_within "$REDIS")" || {
    show_end "$REDIS" "$REDIS"
    return 1
  }
  say "$REDIS: healthy"
}

undo_redis() {
  local folder
  folder=$(recorded redisFolder)
  [ -n "$folder" ] || return 0
  REDIS=$(jq -r '.services[] | select(.service == "redis") | .container' "$CONFIG")
  docker stop "$REDIS" > /dev/null || return 1
  if [ -d "$folder/$REDIS_BEFORE" ] && [ ! -L "$folder/$REDIS_BEFORE" ]; then
    put_back "$folder" "$(recorded redisHad)" || return 1
    rmdir "$folder/$REDIS_BEFORE" || return 1
  fi
  start_redis
}

# put_back FOLDER NAMES: what is retired takes its place again, and what was not there before goes.
put_back() {
  local file
  for file in "${REDIS_FILES[@]}"; do
    if [ -e "$1/$REDIS_BEFORE/$file" ]; then
      rm -rf "${1:?}/$file"
      mv "$1/$REDIS_BEFORE/$file" "$1/$file" || return 1
    elif ! grep -qxF "$file" <<< "$2"; then
      rm -rf "${1:?}/$file"
    fi
  done
}

drop_redis() {
  local folder
  folder=$(recorded redisFolder)
  rm -rf "${folder:?}/$REDIS_BEFORE"
}

# Sessions and copies are of the database that was replaced. Nothing in Redis is kept that is not in the database too.
forget_sessions() {
  find_redis
  # shellcheck disable=SC2016 # for the shell in the container
  docker exec "$REDIS" sh -c '[ -z "${REDIS_PASSWORD:-}" ] || export REDISCLI_AUTH="$REDIS_PASSWORD"; redis-cli -p "$1" FLUSHALL' sh \
    "$(jq -r '.services[] | select(.service == "redis") | .probe.port' "$CONFIG")" | grep -qx OK ||
    fail "Redis does not forget the sessions" "OK" "Fix it, then: emaintenance restore --recover"
  say "sessions are forgotten: everybody logs in again"
}
