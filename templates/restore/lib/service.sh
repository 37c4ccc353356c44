# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of restore.sh
# One service: restarted, and if that does not help, made again.

# restore_service SERVICE
restore_service() {
  local service=$1 container
  container=$(jq -r --arg name "$service" '.services[] | select(.service == $name) | .container' "$CONFIG")
  [ -n "$container" ] || wrong_usage "there is no service \"$service\"" "one of $(jq -r '[.services[].service] | join(" ")' "$CONFIG")" "emaintenance restore --help"
  chosen=1
  if [ -n "$DRY_RUN" ]; then
    echo "restore service $service: $([ -n "$RECREATE" ] && echo "keeps the log of $container, and removes it, so that the next deploy makes it again" || echo "restarts $container, and waits until it is healthy")"
    exit 0
  fi
  if [ -n "$RECREATE" ]; then
    recreate "$service" "$container"
  elif "$scripts/restart.sh" "$service"; then
    audit service "$service" restored
  else
    FAILURE="$service is not healthy after a restart"
    say_remedy "$FAILURE" "a service that gets well" \
      "Read its log above: a setting, the disk, what it needs (emaintenance status). If nothing is wrong, have it made again: emaintenance restore service $service --recreate"
    exit "$NOT_WELL"
  fi
}

# recreate SERVICE CONTAINER: a container belongs to the deploy, which knows its image and its settings: removed here, it is
# made by the next deploy. Data are in volumes and folders, and stay. Its log goes with it, so that is kept first.
recreate() {
  local service=$1 container=$2 log
  YES=$YES ask_first
  log=$(config .root)/logs/removed/$container-$(date -u +%Y%m%d_%H%M%S).log
  mkdir -p "${log%/*}"
  if docker inspect "$container" > /dev/null 2>&1; then
    docker logs --timestamps "$container" > "$log" 2>&1 || true
    { docker stop "$container" && docker rm "$container"; } > /dev/null || fail "$container could not be removed" "a container that can be" "Docker's reason is above"
    say "$container is removed; its log is $log"
  else
    say "$container is not there"
  fi
  audit service "$service" "removed, for the next deploy to make it again"
  echo "Now, on the workstation: npx cdktf deploy prod"
}
