#!/usr/bin/env bash
# summary: restarts a service, a tier or everything, in the order in which they need each other
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$scripts/lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=lib/services.sh
. "$scripts/lib/services.sh"
# shellcheck source-path=SCRIPTDIR source=lib/probes.sh
. "$scripts/lib/probes.sh"
# shellcheck source-path=SCRIPTDIR source=lib/lifecycle.sh
. "$scripts/lib/lifecycle.sh"
# shellcheck source-path=SCRIPTDIR source=lib/lock.sh
. "$scripts/lib/lock.sh"

usage() {
  cat << 'TEXT'
usage: emaintenance restart [--with-dependants] [--timeout SECONDS] [--force] SERVICE | TIER | all ...

Restarts these services one container after the other, each only when the one before is healthy again: first the data tier, last
the gateway. The first one that does not get healthy ends it, with the end of its log; those after it are left alone.
Services that need a restarted one connect to it again by themselves. They are asked at the end, and one that is not
well is named. A container that is stopped is started.

  --with-dependants   restarts also every service that needs one of these, after it
  --timeout SECONDS   how long each may take to get healthy (default: as for a deploy, 120)
  --force             also while a deploy is under way
  --help              this text

exit codes: 0 restarted and healthy, and what needs them is well
            1 one did not get healthy, or has no container, or what needs it is not well
            2 wrong usage
            3 it cannot be done: no Docker, jq or curl, or no right to use Docker
            4 a deploy or another restart is under way
TEXT
}

with_dependants='' limit='' force=''
words=()
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage && exit 0 ;;
    --candidates) service_words && exit 0 ;;
    --with-dependants) with_dependants=1 ;;
    --timeout)
      limit=$(option_value restart --timeout "${2-}" '[1-9][0-9]{0,4}' "a number of seconds, from 1")
      shift
      ;;
    --force) force=1 ;;
    -*) unknown_option restart "$1" ;;
    *) words+=("$1") ;;
  esac
  shift
done
[ ${#words[@]} -gt 0 ] || wrong_usage "restart needs to know what" "a service, a tier or all" "emaintenance restart --help"
require_host
chosen=$(chosen_services restart "${words[@]}")
mapfile -t names <<< "$chosen"

# One restart at a time, and none into a deploy. A file that is always there is locked: any user may open it.
exec 9< "$CONFIG"
if ! flock --nonblock 9; then
  say_remedy "another restart is under way" "one at a time" "Wait for it"
  exit "$BUSY"
fi
deploy=$(deploy_under_way)
if [ -n "$deploy" ] && [ -z "$force" ]; then
  say_remedy "a deploy by $(jq -r .owner <<< "$deploy") is under way since $(jq -r .started <<< "$deploy")" "none" \
    "Wait for its end, or use --force"
  exit "$BUSY"
fi

# restart_container SERVICE ID NAME SECONDS
restart_container() {
  local service=$1 id=$2 name=$3 seconds=$4 began=$SECONDS
  say "$name: restarting"
  if ! docker restart "$id" > /dev/null; then
    say_remedy "$name could not be restarted" "a container that starts" "Docker's reason is above"
    return 1
  fi
  if ! await_healthy "$id" "$seconds"; then
    say_remedy "$name is $(inspect "$id" .State.Status), and not healthy after $((SECONDS - began)) s" "healthy within $seconds s" \
      "Fix the cause, then: emaintenance restart $service"
    show_end "$id" "$name"
    return 1
  fi
  say "$name: healthy after $((SECONDS - began)) s"
}

restart_service() {
  local name=$1 found id container seconds
  found=$(instances "$name") && [ -n "$found" ] || return 1
  while IFS=$'\t' read -r id container seconds; do
    if [ "$id" = - ]; then
      say_remedy "$name has no container" "$container" "Deploy again"
      return 1
    fi
    restart_container "$name" "$id" "$container" "${limit:-$seconds}" || return 1
  done <<< "$found"
}

# Asks the services until they are well, for as long as they may take to notice that what they need is back.
await_dependants() {
  local end=$((SECONDS + ${limit:-60})) result
  say "asking what needs them: $*"
  while :; do
    result=$(containers | services | jq -c --argjson names "$(json_array "$@")" 'map(select(.serves and (.service | IN($names[]))))' | probe_all) ||
      return 1
    if jq -e 'all(.healthy)' <<< "$result" > /dev/null; then
      say "well: $*"
      return 0
    fi
    [ "$SECONDS" -lt "$end" ] || break
    sleep 1
  done
  jq -r '.[] | select(.healthy | not) | "\(.instance): \(.message)"' <<< "$result" | printable >&2
  say_remedy "not well: $(jq -r 'map(select(.healthy | not) | .service) | unique | join(" ")' <<< "$result")" \
    "a service that connects again by itself" "Try: emaintenance restart $(jq -r 'map(select(.healthy | not) | .service) | unique | join(" ")' <<< "$result")"
  return 1
}

found=$(dependants "${names[@]}")
mapfile -t needing < <(lines_of "$found")
if [ -n "$with_dependants" ] && [ ${#needing[@]} -gt 0 ]; then
  chosen=$(chosen_services restart "${names[@]}" "${needing[@]}")
  mapfile -t names <<< "$chosen"
  needing=()
fi

say "restarting in this order: ${names[*]}"
for number in "${!names[@]}"; do
  if ! restart_service "${names[number]}"; then
    rest=("${names[@]:number+1}")
    [ ${#rest[@]} -eq 0 ] || say_remedy "left alone: ${rest[*]}" "what they need to be healthy first" "Then: emaintenance restart ${rest[*]}"
    exit "$NOT_WELL"
  fi
done
[ ${#needing[@]} -eq 0 ] || await_dependants "${needing[@]}" || exit "$NOT_WELL"
