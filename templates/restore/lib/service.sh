# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of restore.sh
# One service: started anew, and where that does not help, made anew.

restore_service() {
  local container
  container=$(jq -r --arg name "$SET" '.services[] | select(.service == $name) | .container' "$CONFIG")
  [ -n "$container" ] || wrong_usage "there is no service \"$SET\"" "one of $(jq -r '[.services[].service] | join(" ")' "$CONFIG")" "emaintenance restore --help"
  chosen=1
  if [ -n "$DRY_RUN" ]; then
    echo "restore service $SET: $([ -n "$RECREATE" ] && echo "keeps the log of $container, and removes it, so that the next deploy makes it anew" || echo "restarts $container, and waits until it is healthy")"
    exit 0
  fi
  if [ -n "$RECREATE" ]; then
    recreate "$container"
  elif "$scripts/restart.sh" "$SET"; then
    audit restored
  else
    FAILURE="$SET is not healthy after a restart"
    say_mend "$FAILURE" "a service that gets well" \
      "Read its log above: a setting, the disk, what it needs (emaintenance status). Where nothing is wrong, have it made anew: emaintenance restore service $SET --recreate"
    exit "$NOT_WELL"
  fi
}

# A container belongs to the deploy, which knows its image and its settings: removed here, it is made by the next deploy.
# Data are in volumes and folders, and stay. Its log goes with it, so that is kept first.
recreate() {
  local log
  YES=$YES ask_first
  log=$(config .root)/logs/removed/$1-$(date -u +%Y%m%d_%H%M%S).log
  mkdir -p "${log%/*}"
  if docker inspect "$1" > /dev/null 2>&1; then
    docker logs --timestamps "$1" > "$log" 2>&1 || true
    { docker stop "$1" && docker rm "$1"; } > /dev/null || fail "$1 could not be removed" "a container that can be" "Docker's reason is above"
    say "$1 is removed; its log is $log"
  else
    say "$1 is not there"
  fi
  audit "removed, for the next deploy to make it anew"
  echo "Now, on the workstation: npx cdktf deploy prod"
}
