# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of restore.sh
# The system around a restore: nobody may write meanwhile, and users see a page that says so.

# Services that write to the data: all that need the database. The gateway stays, for the page.
writers() { dependants postgres | { grep -vxF "$(jq -r '.services[] | select(.tier == "gateway") | .service' "$CONFIG")" || true; }; }

# running_writers: containers of the writers that run now, in start order, one a line.
running_writers() {
  containers | services | jq -r --argjson names "$(writers | jq -cnR '[inputs]')" \
    '.[] | select((.service | IN($names[])) and .state == "running") | .container'
}

# pause_system: the page goes up and the writers stop, the last one that was started first.
pause_system() {
  local found names name lock
  # The watchdog and `emaintenance restart` stay away, as they do during a deploy.
  record marked true
  lock=$(config .deployLock)
  # Its folder is the login's that deploys, where there was a deploy since the host has started.
  [ -d "${lock%/*}" ] || install -d -m 0755 "$(dirname "${lock%/*}")" "${lock%/*}"
  jq -nc --arg owner "a restore by $(who)" '{owner: $owner, started: (now | todate)}' > "$lock.restore"
  mv -fT "$lock.restore" "$lock"
  if [ "$(maintenance_state | jq .on)" = false ]; then
    record page true
    maintenance_on "Data is being restored. Please try again in a few minutes." || fail "the maintenance page could not be enabled" "the gateway's folder" "The reason is above"
  fi
  found=$(running_writers)
  mapfile -t names < <(lines_of "$found")
  record stopped "$(json_array "${names[@]}")"
  record healthy "$(containers | jq -c '[.[] | select(.health == "healthy") | .container]')"
  say "stopping in this order: $(lines_of "$found" | tac | paste -sd ' ')"
  while IFS= read -r name; do
    stop_container "$name"
  done < <(lines_of "$found" | tac)
}

stop_container() {
  docker stop "$1" > /dev/null || fail "$1 could not be stopped" "a container that stops" "Docker's reason is above"
}

# start_writers: those that ran before, each healthy before the next one starts.
start_writers() {
  local name id seconds
  for name in $(recorded stopped); do
    id=$(docker inspect --format '{{.Id}}' "$name") || return 1
    seconds=$(healthy_within "$name")
    docker start "$id" > /dev/null || return 1
    if ! await_healthy "$id" "$seconds"; then
      say_remedy "$name is $(inspect "$id" .State.Status), and not healthy" "healthy within $seconds s" "Its log is below"
      show_end "$id" "$name"
      return 1
    fi
    say "$name: healthy"
  done
}

# migrate_data: the data may be of an older release than the one that runs, so its migrations run on them; of what was done
# already they do nothing.
migrate_data() {
  local name log code=0
  name=$(jq -r '[.jobs[] | select(.service == "migration") | .container][0] // empty' "$CONFIG")
  docker inspect "$name" > /dev/null 2>&1 || return 0
  log=$(mktemp)
  interruptible docker start --attach "$name" > "$log" 2>&1 || code=$?
  [ "$code" -eq 0 ] || tail -n 15 "$log" | sed 's/^/  /' | printable >&2
  rm -f "$log"
  [ "$code" -eq 0 ] || fail "the migrations of the release that runs fail on the restored data (exit code $code)" "migrations that can run on data of the backup's release" \
    "Their last words are above. Deploy the release that the backup was made by, and restore again"
  say "the migrations of the release that runs are done"
}

healthy_within() { jq -r --arg name "$1" '[.services[] | select(.container == $name) | .healthyWithinSeconds][0] // 120' "$CONFIG"; }

# start_again: starts those that ran before, and waits for those that were healthy: what the others need may be as broken
# as it was.
start_again() {
  local name healthy
  healthy=$(recorded healthy)
  for name in $(recorded stopped); do
    docker start "$name" > /dev/null || say_remedy "$name does not start" "a container that starts" "Try: emaintenance restart"
  done
  for name in $(recorded stopped); do
    ! grep -qxF "$name" <<< "$healthy" || await_healthy "$name" "$(healthy_within "$name")" ||
      say_remedy "$name was healthy, and is not" "it healthy again" "Look at: emaintenance health"
  done
}

# stop_again: stops those that have been started already.
stop_again() {
  local name
  recorded stopped | tac | while IFS= read -r name; do
    docker stop "$name" > /dev/null 2>&1 || true
  done
}

# ask_services TIER...: all of these must say that they are well.
ask_services() {
  local answer
  answer=$("$scripts/health-check.sh" "$@" 2>&1) || {
    printf '%s\n' "$answer" | printable >&2
    return 1
  }
}

# host_folder CONTAINER DESTINATION: the folder of the host that the container has there; it may be stopped.
host_folder() {
  local name source
  # A folder that is mounted as it is has no name, so the name comes last.
  IFS=$'\t' read -r source name < <(docker inspect --format "{{range .Mounts}}{{if eq .Destination \"$2\"}}{{.Source}}{{\"\t\"}}{{.Name}}{{\"\n\"}}{{end}}{{end}}" "$1") || true
  # The volume's own folder is empty while no container uses it, where the files are in another one.
  source=$(jq -r --arg name "$name" --arg source "$source" '[.volumes[] | select(.name == $name) | .folder // empty][0] // $source' "$CONFIG")
  [ -n "$source" ] && [ -d "$source" ] && printf '%s' "$source"
}

# end_pause: the page goes down, and the watchdog may act again.
end_pause() {
  [ "$(recorded page)" != true ] || maintenance_off
  [ "$(recorded marked)" != true ] || rm -f "$(config .deployLock)"
}
