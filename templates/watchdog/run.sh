#!/usr/bin/env bash
# Restarts containers of this system that Docker has found unhealthy. One that does not get well is left alone after a few
# times, with an alert. During a deploy nothing is done: there, containers may be unhealthy for a while.
set -euo pipefail

: "${DEPENDENCIES:?words \"service:needed,needed\" in start order}"
: "${RESTARTS_AN_HOUR:?how many times a container may be restarted within an hour}"
: "${SETTLE_SECONDS:?seconds in which a health check has noticed that what it needs is back}"
: "${LABEL:?label of the containers of this system, such as emaintenance.service}"
: "${CONTAINER_PREFIX:?what the names of the containers of this system begin with, such as emaintenance-}"
: "${DEPLOY_LOCK:?file that says who deploys}"
: "${FORMER_DEPLOY_LOCK:=}"
: "${DEPLOY_MINUTES:?minutes after which a deploy without a sign of life has died}"
: "${MEMORY:=/var/lib/emaintenance/watchdog}"

here=$(dirname "$(readlink --canonicalize "${BASH_SOURCE[0]}")")
scripts=$(dirname "$(dirname "$here")")
: "${STATUS:=${scripts%/deploy/Server/scripts}/status}"
# shellcheck source=/dev/null
. "$scripts/lib/records.sh"
# shellcheck source=/dev/null
. "$here/untrusted.sh"
numbers RESTARTS_AN_HOUR SETTLE_SECONDS DEPLOY_MINUTES

readonly HOUR=3600
# An engine that does not answer for so long has hung.
readonly ANSWER_SECONDS=60

# A deploy gives signs of life; one that gave none for so long has died, and a boot takes its lock away. The operator's
# command goes by the same rule.
deploy_in_progress() {
  deploy_lock_counts "$DEPLOY_LOCK" "$DEPLOY_MINUTES" || deploy_lock_counts "$FORMER_DEPLOY_LOCK" "$DEPLOY_MINUTES"
}

# All containers of this system that are there, one a line: service, name, id, state, health (healthy without a check), start.
containers() {
  local ids format
  format="{{index .Config.Labels \"$LABEL\"}}"
  format+='{{"\t"}}{{.Name}}{{"\t"}}{{.ID}}{{"\t"}}{{.State.Status}}'
  format+='{{"\t"}}{{with .State.Health}}{{.Status}}{{else}}healthy{{end}}{{"\t"}}{{.State.StartedAt}}'
  ids=$(timeout $ANSWER_SECONDS docker ps --all --quiet --no-trunc --filter "label=$LABEL") || return
  [ -z "$ids" ] || xargs timeout $ANSWER_SECONDS docker inspect --format "$format" <<< "$ids"
}

# By the containers' names without the prefix, such as web and, of several replicas, web-2.
declare -A health=() name=() id=() started=() service_of=()
look() {
  local table service one_name one_id state check since
  # A container may go between the list and the look at it; the second list is without it.
  table=$(containers 2> /dev/null) || table=$(containers)
  while IFS=$'\t' read -r service one_name one_id state check since; do
    # A label is whatever the image or its maker says; here it becomes the name of a file.
    [[ $service =~ ^[a-z][a-z0-9-]*$ ]] || continue
    # A container that was retired has a longer suffix, and is not watched.
    [[ ${one_name#/} =~ ^"$CONTAINER_PREFIX"("$service"(-[2-9])?)$ ]] || continue
    service_of[${BASH_REMATCH[1]}]=$service
    service=${BASH_REMATCH[1]}
    [ "$state" = running ] || check=$state
    health[$service]=$check
    name[$service]=${one_name#/}
    id[$service]=$one_id
    started[$service]=$(date --date "$since" +%s) || continue
  done <<< "$table"
}

# The first thing that a service needs and that is not well, or has only just become so: then its own trouble may pass.
awaited() {
  local needed since
  for needed in ${1//,/ }; do
    since=${started[$needed]-}
    if [ "${health[$needed]-missing}" != healthy ] || ! is_number "$since" ||
      [ $((EPOCHSECONDS - since)) -lt "$SETTLE_SECONDS" ]; then
      echo "$needed"
      return
    fi
  done
}

# The times of the restarts within the last hour, one a line.
restarts() {
  [ -e "$MEMORY/$1.restarts" ] || return 0
  awk -v since=$((EPOCHSECONDS - HOUR)) '$1 > since' "$MEMORY/$1.restarts"
}

is_left_alone() { [ "$(cat "$MEMORY/$1.left" 2> /dev/null)" = "${id[$1]}" ]; }

# What the health check said last, on one line.
last_words() {
  docker inspect --format '{{with .State.Health}}{{range .Log}}{{printf "%s\x00" .Output}}{{end}}{{end}}' "$1" |
    tr '\n\0' ' \n' | printable | sed '/^ *$/d; s/ *$//' | tail -n 1 | cut -c -200
}

# alert SEVERITY SERVICE MESSAGE: it is open until the service is well or gone, which is why it is remembered.
alert() {
  touch "$MEMORY/$2.alert"
  raise_alert "$1" "watchdog/$2" "$3"
}

restart() {
  local service=$1 words recent
  words=$(last_words "${id[$service]}" || true)
  # Written down before, so that a restart that takes the host along counts too.
  recent=$(restarts "$service")
  printf '%s\n' ${recent:+"$recent"} "$EPOCHSECONDS" > "$MEMORY/$service.restarts.new"
  mv -f "$MEMORY/$service.restarts.new" "$MEMORY/$service.restarts"
  alert warning "$service" "${name[$service]} is unhealthy and is restarted; its health check says: ${words:-nothing}"
  docker restart "${id[$service]}" > /dev/null
  restarted+=("${name[$service]}")
  health[$service]=starting
}

leave_alone() {
  local service=$1
  printf '%s\n' "${id[$service]}" > "$MEMORY/$service.left"
  alert critical "$service" "${name[$service]} was restarted $RESTARTS_AN_HOUR times within an hour and is unhealthy again: it is left alone. Its health check says: $(last_words "${id[$service]}" || true). See: docker logs ${name[$service]}"
}

# One that is well again is watched again, and its alert is over. Another container in its place starts without them.
forgive() {
  local service=$1 words='is healthy again'
  if [ -e "$MEMORY/$service.left" ] && ! is_left_alone "$service"; then
    rm -f "$MEMORY/$service.left" "$MEMORY/$service.restarts"
  fi
  [ "${health[$service]}" = healthy ] && [ -e "$MEMORY/$service.alert" ] || return 0
  [ ! -e "$MEMORY/$service.left" ] || words+=', and is watched again'
  raise_alert info "watchdog/$service" "${name[$service]} $words"
  rm -f "$MEMORY/$service.left" "$MEMORY/$service.alert"
}

# Resolves the alerts of services that are no longer there.
forget() {
  local file service
  for file in "$MEMORY"/*.alert; do
    service=$(basename "$file" .alert)
    if [ ! -e "$file" ] || [ -n "${health[$service]-}" ]; then continue; fi
    raise_alert info "watchdog/$service" "$CONTAINER_PREFIX$service is gone"
    rm -f "$MEMORY/$service".{left,alert,restarts}
  done
}

# instances SERVICE: its containers, by their numbers.
instances() {
  local one
  for one in "$1" "$1"-{2..9}; do
    [ "${service_of[$one]-}" != "$1" ] || echo "$one"
  done
}

# What DEPENDENCIES does not know comes last: a team's own service needs nothing as far as we know.
in_start_order() {
  local entry service one known=" "
  for entry in $DEPENDENCIES; do
    known+="${entry%%:*} "
    for one in $(instances "${entry%%:*}"); do echo "$one:${entry#*:}"; done
  done
  for service in "${!health[@]}"; do
    case $known in *" ${service_of[$service]} "*) ;; *) echo "$service:" ;; esac
  done
}

if deploy_in_progress; then
  exit 0
fi
# Nearly always there is nothing to do, and this is the cheapest way to know.
ill=$(timeout $ANSWER_SECONDS docker ps --quiet --filter "label=$LABEL" --filter health=unhealthy)
if [ -z "$ill" ] && ! compgen -G "$MEMORY/*.alert" > /dev/null; then
  exit 0
fi
install -d -m 0755 "$MEMORY"
look

forget
restarted=() left=() waiting=()
for entry in $(in_start_order); do
  service=${entry%%:*}
  forgive "$service"
  [ "${health[$service]}" = unhealthy ] || continue
  needed=$(awaited "${entry#*:}")
  if is_left_alone "$service"; then
    left+=("${name[$service]}")
  elif [ -n "$needed" ]; then
    waiting+=("${name[$service]} (for $needed)")
  elif [ "$(restarts "$service" | wc -l)" -ge "$RESTARTS_AN_HOUR" ]; then
    leave_alone "$service"
    left+=("${name[$service]}")
  elif deploy_in_progress; then
    exit 0
  else
    restart "$service"
  fi
done

list() {
  local IFS=,
  printf '%s: %s; ' "$1" "${*:2}"
}
words=
[ ${#restarted[@]} -eq 0 ] || words+=$(list restarted "${restarted[@]}")
[ ${#left[@]} -eq 0 ] || words+=$(list "left alone" "${left[@]}")
[ ${#waiting[@]} -eq 0 ] || words+=$(list waiting "${waiting[@]}")
[ -z "$words" ] || echo "${words%; }"
