# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # for the shell in the container; variables of restore.sh and for its other parts
# The whole cluster as it was at the recovery target time: a base backup, and the archived log from there on, replayed in a
# container of its own next to the present files. Those stay until all is well, and after that too, under another name.

readonly MARKED_SECONDS=60 REPLAY_SECONDS=43200

# choose_target_time: into BASE (a manifest), GENERATION and TARGET_TIME, which is empty for the end of the archive. BACKUP is what is
# written down of them.
choose_target_time() {
  local bases seconds newest
  require_archive restore
  [ -n "$TO$LATEST" ] || wrong_usage "restore point-in-time needs to know to when" "--to TIME or --latest" "emaintenance restore --help"
  [ -z "$TO" ] || [ -z "$LATEST" ] || wrong_usage "restore point-in-time got --to and --latest" "one of them" "emaintenance restore --help"
  bases=$(list_bases)
  TARGET_TIME='' BASE=''
  if [ -n "$TO" ]; then
    TARGET_TIME=$(target_time_of "$TO")
    seconds=$(date -d "$TARGET_TIME" +%s)
    [ "$seconds" -le "$EPOCHSECONDS" ] || wrong_usage "restore --to got \"$TO\"" "a time that has passed" "emaintenance point-in-time"
    BASE=$(jq -c --argjson at "$seconds" 'map(select((.ended | fromdateiso8601) <= $at)) | last // empty' <<< "$bases")
    [ -n "$BASE" ] || fail "no base backup is older than $TARGET_TIME" "a time from $(jq -r '.[0].ended // "the first base backup"' <<< "$bases") on" "Look at: emaintenance point-in-time"
  else
    BASE=$(jq -c 'last // empty' <<< "$bases")
    [ -n "$BASE" ] || fail "there is no base backup" "one, and the log after it" "Restore a backup instead: emaintenance restore list"
    # The end of an earlier generation is not the latest that there was.
    newest=$(generations | tail -n 1)
    [ "$(jq -r .generation <<< "$BASE")" = "$newest" ] ||
      fail "the archive began again and has no base backup since: generation $newest" "one" "Restore to a time before that: --to; or a backup: emaintenance restore list"
  fi
  GENERATION=$(jq -r .generation <<< "$BASE")
  BACKUP="$(jq -r .base <<< "$BASE"), to ${TARGET_TIME:-the end of the archive}"
}

# target_time_of TEXT: a time with its zone, as PostgreSQL reads it.
target_time_of() {
  if [[ $1 =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}[\ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$ ]] &&
    date -u -d "$1" '+%Y-%m-%d %H:%M:%S.%6N+00' 2> /dev/null; then
    return
  fi
  wrong_usage "restore --to got \"$1\"" "a time with its zone, such as \"2026-01-31 12:34:56Z\" or 2026-01-31T13:34:56+01:00" "emaintenance restore --help"
}

base_file() {
  local ending stem
  stem=$(base_folder "$GENERATION")/$(jq -r .base <<< "$BASE")/base.tar
  for ending in zst gz; do
    if [ -e "$stem.$ending" ]; then printf '%s' "$stem.$ending" && return; fi
  done
  return 1
}

# segment_number NAME: its place in the log.
segment_number() {
  local name=$1 bytes
  bytes=$(jq .postgres.segmentBytes <<< "$BASE")
  numbers bytes
  is_segment "$name" && [ "$bytes" -gt 0 ] || return 1
  echo $((16#${name:8:8} * (4294967296 / bytes) + 16#${name:16:8}))
}

# needed_segments: of the log from the base backup on, in order.
needed_segments() {
  local first
  first=$(jq -r .firstSegment <<< "$BASE")
  # Names compared as texts: as numbers, awk takes neighbours for the same.
  segments "$GENERATION" | awk -v first="$first" '("" $1) >= ("" first) && substr($1, 1, 8) == substr(first, 1, 8)'
}

# The whole segments of the log must be there one after the other.
check_log() {
  local found first last wanted from to
  wanted=$(jq -r .firstSegment <<< "$BASE")
  found=$(needed_segments)
  first=$(head -n 1 <<< "$found")
  [ "$first" = "$wanted" ] || fail "the log of the base backup is not in the archive: $wanted is missing" "all of it" "Choose a time after a later base backup: emaintenance point-in-time"
  last=$(tail -n 1 <<< "$found")
  if ! from=$(segment_number "$first") || ! to=$(segment_number "$last"); then
    fail "the base backup does not say how its log is cut" "a size in its manifest" "Choose another time"
  fi
  numbers from to
  wanted=$((to - from + 1))
  [ "$(wc -l <<< "$found")" = "$wanted" ] ||
    fail "the log is not whole: from $first to $last there are $(wc -l <<< "$found") segments" "$wanted" "Choose a time after a later base backup: emaintenance point-in-time"
}

# Where the database has its files: in its container, and on the host. They must be in a folder that can be renamed.
server_variable() { docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$POSTGRES" | sed -n "s/^$1=//p"; }
find_cluster() {
  local data
  POSTGRES=$(jq -r '[.services[] | select(.probe.kind == "postgres")][0].container' "$CONFIG")
  IMAGE=$(docker inspect --format '{{.Image}}' "$POSTGRES" 2> /dev/null) || fail "there is no container $POSTGRES" "the database's" "Deploy again"
  data=$(server_variable PGDATA)
  CLUSTER_MOUNT=$(docker inspect --format '{{range .Mounts}}{{println .Destination}}{{end}}' "$POSTGRES" | awk -v data="$data" '$1 != "" && index(data "/", $1 "/") == 1')
  CLUSTER=${data#"$CLUSTER_MOUNT"} CLUSTER=${CLUSTER#/}
  if [ -z "$CLUSTER" ] || ! DATA=$(host_folder "$POSTGRES" "$CLUSTER_MOUNT"); then
    fail "the files of $POSTGRES are in $data" "a folder inside a mount that is a folder of this host" "Restore a backup instead: emaintenance restore list"
  fi
}

check_point_in_time() {
  local version free needed
  find_cluster
  version=$(docker run --rm --network none --pids-limit 64 --entrypoint postgres "$IMAGE" --version | grep -oE '[0-9]+' | head -n 1)
  [ "$version" = "$(jq -r .postgres.major <<< "$BASE")" ] ||
    fail "the base backup is of PostgreSQL $(jq -r .postgres.version <<< "$BASE"), and the server is of version $version" "the same major version" \
      "Set IMAGES.postgres to it, and deploy; or restore a backup"
  base_file > /dev/null || fail "$(jq -r .base <<< "$BASE") has no base.tar" "a whole base backup" "Choose another time"
  check_log
  # The cluster, and the log that the server keeps while it replays.
  needed=$(jq .clusterBytes <<< "$BASE")
  free=$(df --output=avail --block-size=1 "$DATA" | tail -n 1 | tr -d ' ')
  numbers needed free
  needed=$((needed + 1342177280))
  [ "$free" -ge "$needed" ] || fail "$(in_mib "$free") are free where the database is" "$(in_mib "$needed") for the restored files, in addition to the present ones" "Make room; see: emaintenance status"
}

show_target_time() {
  query restore/jq/plan-point-in-time.jq -r --arg target "${TARGET_TIME:-the end of the archive}" <<< "$BASE"
  plan_line "checks the base backup against its digest; of the log after it there are $(needed_segments | wc -l) segments"
  plan_line "shows the maintenance page, and stops $(writers | tac | paste -sd ' ')"
  plan_line "archives the log to its end, and stops the archive"
  plan_line "replays the log${TARGET_TIME:+ up to $TARGET_TIME}, next to the present files, in a container without network; reads every row there"
  plan_line "stops the database, puts the restored files in place, starts it"
  plan_line "runs the migrations of the release that is deployed, on the restored data"
  plan_line "starts the services again, each when the one before is healthy, and takes the page away"
  plan_line "keeps the present files as $CLUSTER.before_... next to the new ones, for you to remove"
  [ -z "$FORGET" ] || plan_line "forgets all sessions: everybody logs in again (--keep-sessions keeps them)"
  echo "What was written after that time is not in the new files. Until the end, any error leaves everything as it is now."
}

check_base() {
  say "checking $(jq -r .base <<< "$BASE") against its digest"
  [ "$(sha256sum < "$(base_file)" | cut -d ' ' -f 1)" = "$(jq -r .sha256 <<< "$BASE")" ] ||
    fail "$(jq -r .base <<< "$BASE") is not what was backed up: its SHA-256 is another" "the file as it was written" "Choose a time before it: emaintenance point-in-time"
}

# Nobody writes any more: with a last commit after all others, and its way into the archive, the archive is complete.
save_point_in_time() {
  local place archive
  archive=$(config .pointInTime.container)
  record archive "$(text_json "$archive")"
  if ! place=$(mark "$POSTGRES" 2> /dev/null); then
    say "the database does not answer: what is archived already can be restored"
  elif await_archived "$POSTGRES" "$place" "$MARKED_SECONDS"; then
    say "the log is archived to its end"
  elif [ -n "$LATEST" ]; then
    fail "the log could not be archived to its end within $MARKED_SECONDS s" "an archive that keeps up" "Look at: emaintenance point-in-time; or restore to a time that is archived: --to"
  else
    say "the archive does not keep up: what is archived already can be restored"
  fi
  stop_container "$archive"
}

prepare_point_in_time() {
  local stamp stage
  stamp=$(date -u +%Y%m%d%H%M%S)
  stage=$DATA/.restore_$stamp
  record folder "$(text_json "$DATA")"
  record cluster "$(text_json "$CLUSTER")"
  record database "$(text_json "$POSTGRES")"
  record setAside "$(text_json "$DATA/$CLUSTER.before_$stamp")"
  record replay "$(text_json "$PROJECT-replay-$stamp")"
  record replayed "$(text_json "$stage")"
  mkdir -m 0755 "$stage"
  mkdir -m 0700 "$stage/$CLUSTER"
  say "unpacking the base backup"
  interruptible bash -o pipefail -c "$(declare -f unpacked)"'
    unpacked "$1" | tar --extract --file=- --directory="$2" --no-same-owner' bash "$(base_file)" "$stage/$CLUSTER" ||
    fail "the base backup could not be unpacked" "an archive that can be read, and room for it" "The reason is above"
  lay_out_log "$stage"
  replay_log "$stage"
  read_all
  stop_replay
  rm -rf "$stage/recent" "$stage/fetch-wal.sh"
  sync -f "$DATA"
}

# lay_out_log STAGE: what is not compressed yet is few, and root's alone: it is copied. The rest is read where it is.
lay_out_log() {
  local file
  mkdir -m 0755 "$1/recent"
  for file in "$(wal_folder "$GENERATION")"/*; do
    case $(basename "$file") in
      *.gz) ;;
      *) install -m 0644 "$file" "$1/recent/$(basename "$file" .partial)" ;;
    esac
  done
  install -m 0755 "$LIB/restore/fetch-wal.sh" "$1/fetch-wal.sh"
  : > "$1/$CLUSTER/recovery.signal"
}

# replay_log STAGE: with the server's own settings, but for those of the recovery; open to nobody before it is done.
replay_log() {
  local command settings name
  name=$(recorded replay)
  mapfile -t command < <(docker inspect --format '{{json .Config.Cmd}}' "$POSTGRES" | jq -r '.[]?')
  settings=(-c "restore_command=$CLUSTER_MOUNT/fetch-wal.sh %f %p" -c recovery_target_timeline=current -c hot_standby=off -c archive_mode=off)
  [ -z "$TARGET_TIME" ] || settings+=(-c "recovery_target_time=$TARGET_TIME" -c recovery_target_action=promote)
  say "replaying the log${TARGET_TIME:+ up to $TARGET_TIME}"
  docker run --detach --init --name "$name" --label "$PROJECT.throwaway=replay" --network none --pids-limit 512 --shm-size 128m \
    --stop-signal SIGINT --stop-timeout 120 --security-opt no-new-privileges \
    --cap-drop ALL --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER --cap-add KILL --cap-add SETGID --cap-add SETUID \
    --env "PGDATA=$CLUSTER_MOUNT/$CLUSTER" --env "PGPORT=$(server_variable PGPORT | grep . || echo 5432)" \
    --volume "$1:$CLUSTER_MOUNT" --volume "$(wal_folder "$GENERATION"):/archive:ro" "$IMAGE" "${command[@]}" "${settings[@]}" > /dev/null ||
    fail "the container that replays the log does not start" "a container of the database's image" "Docker's reason is above"
  await_replayed "$name" || {
    docker logs "$name" 2>&1 | grep -E 'FATAL|PANIC|ERROR|gzip' | tail -n 5 | sed 's/^/  /' | printable >&2
    fail "the log could not be replayed${TARGET_TIME:+ up to $TARGET_TIME}" "a base backup and a log that lead there" "PostgreSQL's reason is above; emaintenance point-in-time shows what there is"
  }
  say "replayed; the last commit is of $(docker logs "$name" 2>&1 | sed -n 's/.*last completed transaction was at log time //p' | tail -n 1 | grep . || echo 'before the base backup')"
}

# await_replayed CONTAINER: sets replay_user, the superuser. At the recovery target time it may have had the name of the services' role still.
await_replayed() {
  local end=$((SECONDS + REPLAY_SECONDS)) names
  mapfile -t names < <(server_variable POSTGRES_USER && server_variable DATABASE_OWNER)
  while :; do
    for replay_user in "${names[@]}"; do
      [ "$(in_replay psql -XAtqc "SELECT pg_is_in_recovery() OR NOT rolsuper FROM pg_roles WHERE rolname = current_user" template1 2> /dev/null)" != f ] || return 0
    done
    [ "$(inspect "$1" .State.Status)" = running ] && [ "$SECONDS" -lt "$end" ] || return 1
    interruptible sleep 0.5
  done
}

in_replay() { docker exec --env PGUSER="$replay_user" --env PGOPTIONS="$SESSION_OPTIONS" "$(recorded replay)" "$@"; }

# Every row of every database is read once, its checksums with it, and the system's own database is among them.
read_all() {
  local database
  database=$(server_variable POSTGRES_DB)
  [ "$(in_replay psql -XAtqc "SELECT count(*) FROM pg_database WHERE datname = '$database'" template1)" = 1 ] ||
    fail "at that time there was no database $database" "a time at which it was there" "Choose an earlier one"
  interruptible docker exec --env PGUSER="$replay_user" "$(recorded replay)" sh -c 'exec pg_dumpall --no-password > /dev/null' ||
    fail "not all of the restored data can be read" "every row of every database" "The reason is above; choose another time"
  say "every row of the restored databases was read"
}

stop_replay() {
  local name
  name=$(recorded replay)
  docker stop "$name" > /dev/null
  [ "$(inspect "$name" .State.ExitCode)" = 0 ] || {
    docker logs --tail 5 "$name" 2>&1 | printable >&2
    fail "the restored server did not stop cleanly" "exit code 0" "The end of its log is above"
  }
  docker rm --volumes "$name" > /dev/null
}

swap_point_in_time() {
  docker stop "$POSTGRES" > /dev/null || fail "$POSTGRES could not be stopped" "a database that stops" "Docker's reason is above"
  record swappingCluster true
  [ ! -e "$DATA/$CLUSTER" ] || mv -T "$DATA/$CLUSTER" "$(recorded setAside)" || fail "the present files could not be retired" "a folder that can be renamed" "The reason is above"
  mv -T "$(recorded replayed)/$CLUSTER" "$DATA/$CLUSTER" || fail "the restored files could not be put in place" "a folder that can be renamed" "The reason is above"
  sync -f "$DATA"
  start_database || fail "the database does not start with the restored files" "a healthy one" "The end of its log is above"
  # At the recovery target time, it may have been another.
  CONTAINER=$POSTGRES bash "$LIB/restore/apply-password.sh" > /dev/null || fail "the restored database does not take its password" "that of the deployment" "The reason is above"
  say "the database is the restored one"
}

start_database() {
  local name id
  name=$(recorded database)
  docker start "$name" > /dev/null || return 1
  id=$(docker inspect --format '{{.Id}}' "$name")
  await_healthy "$id" "$(healthy_within "$name")" || {
    show_end "$id" "$name"
    return 1
  }
}

# The folders that are there say how far it had come.
undo_point_in_time() {
  local folder cluster stage aside
  folder=$(recorded folder) cluster=$(recorded cluster) stage=$(recorded replayed) aside=$(recorded setAside)
  if [ -n "$stage" ]; then
    docker rm --force --volumes "$(recorded replay)" > /dev/null 2>&1 || true
    if [ "$(recorded swappingCluster)" = true ] && [ -e "$aside" ]; then
      docker stop "$(recorded database)" > /dev/null || return 1
      [ ! -e "$folder/$cluster" ] || mv -T "$folder/$cluster" "$stage/undone" || return 1
      mv -T "$aside" "$folder/$cluster" || return 1
    fi
    rm -rf "$stage"
    start_database || say_remedy "the database has the files from before, and is not healthy" "a healthy one" "Look at: emaintenance logs postgres"
  fi
  [ -z "$(recorded archive)" ] || docker start "$(recorded archive)" > /dev/null
}

# The files from before stay. The restored cluster has no replication slot: its archive is a new generation.
drop_point_in_time() {
  rm -rf "$(recorded replayed)"
  docker start "$(recorded archive)" > /dev/null || say_remedy "$(recorded archive) does not start" "an archive" "Try: docker start $(recorded archive)"
  say "the files from before are in $(recorded setAside): remove them when nobody needs them any more"
}
