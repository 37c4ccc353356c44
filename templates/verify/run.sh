#!/usr/bin/env bash
# Checks the deployed system from this host, through the gateway's port and each service on its own. The host has no
# Node: the runner works in an ephemeral container of an image that has it, with the host's network and no rights.
set -euo pipefail

folder=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
readonly SECONDS_IN_ALL=300

# <%~ include("shared/as-root-quietly.sh") %>

fail() {
  printf 'verify: %s. Expected %s. %s.\n' "$1" "$2" "$3" >&2
  exit 3
}

setting() { jq -r "$1" "$folder/checks.json"; }

# Ids of the containers of a service that serve. One that is not ready yet, and one that was retired, have a longer name.
running() {
  local label
  label=$(setting .label)
  docker ps --quiet --no-trunc --filter "label=$label=$1" --filter "name=^${label%%.*}-$1(-[1-9])?\$"
}

TARGETS_PROGRAM=$(
  cat << 'JQ'
# <%~ include("verify/jq/targets.jq") %>
JQ
)

# Addresses of all containers of the services that checks ask on their own: {service: [url...]}.
targets() {
  local service port ids
  jq -r '.services[] | [.service, .port] | @tsv' "$folder/checks.json" | while IFS=$'\t' read -r service port; do
    ids=$(running "$service")
    # shellcheck disable=SC2086 # ids are words
    { [ -z "$ids" ] || docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' $ids; } |
      jq -cR --arg service "$service" --arg port "$port" -s "$TARGETS_PROGRAM"
  done | jq -cs 'add // {}'
}

# The image of a service that runs, in which there is a Node.
image_with_node() {
  local service id
  for service in $(setting '.nodeServices[]'); do
    id=$(running "$service" | head -n 1)
    if [ -n "$id" ]; then
      docker inspect --format '{{.Image}}' "$id"
      return
    fi
  done
  return 1
}

# The document for the runner. The login reaches it by no argument and no environment.
document() {
  local login='{}' maintenance=false
  [ ! -e "$(setting .maintenanceFlag)" ] || maintenance=true
  login=$(as_root cat "$folder/login.json") || login='{}'
  {
    cat "$folder/checks.json"
    targets | jq -c '{targets: .}'
    printf '{"maintenance":%s}' "$maintenance"
    printf '%s' "$login"
  } | jq -cs 'add'
}

image=$(image_with_node) || fail "no service runs" "one of $(setting '.nodeServices | join(", ")')" "See: emaintenance status"
whole=$(document)
code=0
# The runner ends by itself; the time limit is for a container that does not even start.
printf '%s' "$whole" |
  timeout "$SECONDS_IN_ALL" docker run --rm --interactive --init --network host --read-only --cap-drop ALL \
    --security-opt no-new-privileges --user 65534:65534 --memory 256m --pids-limit 128 --log-driver none \
    --label emaintenance.throwaway=verify --volume "$folder/verify.mjs:/verify.mjs:ro" --volume "$folder/step.mjs:/step.mjs:ro" \
    --entrypoint node "$image" /verify.mjs "$@" || code=$?
[ "$code" -lt 124 ] || fail "the runner did not come to an end in a container of $image" "an image with Node" "Docker's reason is above"
exit "$code"
