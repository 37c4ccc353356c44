#!/usr/bin/env bash
# summary: prints what services have logged, one or all, also as it comes
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$scripts/lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=lib/services.sh
. "$scripts/lib/services.sh"

usage() {
  cat << 'TEXT'
usage: emaintenance logs [--since TIME] [--tail N] [--follow] [--timestamps] [SERVICE | TIER | all]...

Prints what these services, or all of them, have written to their standard output, in the order of time, each line
behind the name of its service. Names have colours on a terminal; with one service alone there are none. The log
files that services write in addition are in the folder logs of the system.

  --since TIME    lines since then: 10m, 2h, 2026-01-31T08:00:00Z (default: without --tail the last hour)
  --tail N        at most the last N lines of each container
  --follow, -f    goes on with new lines as they come, until Ctrl-C
  --timestamps    each line with the time at which Docker got it
  --help          this text

exit codes: 0 printed
            1 one of the services has no container, so it has no log
            2 wrong usage
            3 it cannot be found out: no Docker or jq, or no right to use Docker
TEXT
}

since='' tail='' follow='' timestamps=''
words=()
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage && exit 0 ;;
    --candidates) service_words && exit 0 ;;
    --since)
      since=$(option_value logs --since "${2-}" '[0-9]+[smh]([0-9]+[smh])*|[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{9,}' "a duration such as 10m or 2h, or a time such as 2026-01-31T08:00:00Z")
      shift
      ;;
    --tail)
      tail=$(option_value logs --tail "${2-}" '[0-9]{1,7}|all' "a number of lines, or all")
      shift
      ;;
    --follow | -f) follow=1 ;;
    --timestamps) timestamps=1 ;;
    -*) unknown_option logs "$1" ;;
    *) words+=("$1") ;;
  esac
  shift
done
[ -n "$since$tail" ] || since=1h
require_host
chosen=$(chosen_services logs "${words[@]}")
mapfile -t names <<< "$chosen"

# Each line with the time that Docker noted, which is of one width and sorts as text.
options=(--timestamps ${since:+--since "$since"} ${tail:+--tail "$tail"} ${follow:+--follow})

# label NUMBER NAME: what is printed before each line of this service.
label() {
  local number=$1 width=0 other
  numbers number
  [ ${#names[@]} -gt 1 ] || return 0
  for other in "${names[@]}"; do
    [ ${#other} -le "$width" ] || width=${#other}
  done
  if [ -n "$COLOURED" ]; then
    printf '\033[%dm%-*s |\033[0m ' "$((31 + number % 6))" "$width" "$2"
  else
    printf '%-*s | ' "$width" "$2"
  fi
}

# labelled NUMBER NAME: puts the label between the time and the text. Not with awk: some of them wait for a full block.
# What a service writes is text, and no order for the terminal.
labelled() { printable | sed -u "s/ /&$(label "$1" "$2")/"; }

without_times() { if [ -n "$timestamps" ]; then cat; else sed -u 's/^[^ ]* //'; fi; }

# Every container of the chosen services: number of the service, its name, the container's id.
sources() {
  containers | services | query jq/log-sources.jq -r --argjson names "$(json_array "${names[@]}")"
}

code=0
sources=$(sources)
while IFS=$'\t' read -r _ name id; do
  if [ "$id" = - ]; then
    say_remedy "$name has no container, so it has no log" "one" "Try: emaintenance status"
    code=$NOT_WELL
  fi
done <<< "$sources"

print_all() {
  local number name id
  while IFS=$'\t' read -r number name id; do
    [ "$id" = - ] || docker logs "${options[@]}" "$id" 2>&1 | labelled "$number" "$name"
  done <<< "$sources" | sort --stable --key=1,1 | without_times
}

followed=()

# Lines come as they are written. However this ends, the docker logs that it started end too.
follow_all() {
  local number name id
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  trap 'kill "${followed[@]}" 2> /dev/null || true; unforeseen' EXIT
  while IFS=$'\t' read -r number name id; do
    [ "$id" != - ] || continue
    docker logs "${options[@]}" "$id" > >(labelled "$number" "$name" | without_times) 2>&1 &
    followed+=("$!")
  done <<< "$sources"
  wait "${followed[@]}"
}

if [ -n "$follow" ]; then follow_all; else print_all; fi
exit "$code"
