#!/usr/bin/env bash
# summary: asks every service whether it is well, for real
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$scripts/lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=lib/table.sh
. "$scripts/lib/table.sh"
# shellcheck source-path=SCRIPTDIR source=lib/services.sh
. "$scripts/lib/services.sh"
# shellcheck source-path=SCRIPTDIR source=lib/probes.sh
. "$scripts/lib/probes.sh"

usage() {
  cat << 'TEXT'
usage: emaintenance health [--json] [SERVICE | TIER | all]...

Asks each of these services, or all of them, now: PostgreSQL must take connections and answer a query, Redis must say
PONG, the others must answer their health path over HTTP, and the gateway must lead to the web on its public port.
What an unhealthy service answered is printed below the table.

  --json    {healthy, time, services: [{service, tier, container, release, healthy, message, body, milliseconds}]}
  --help    this text

exit codes: 0 all of them are well
            1 one or more are not
            2 wrong usage
            3 it cannot be found out: no Docker, jq or curl, or no right to use Docker
TEXT
}

as_json=''
words=()
for word in "$@"; do
  case $word in
    --help | -h) usage && exit 0 ;;
    --candidates) service_words && exit 0 ;;
    --json) as_json=1 ;;
    -*) unknown_option health "$word" ;;
    *) words+=("$word") ;;
  esac
done
require_host
chosen=$(chosen_services health "${words[@]}")
mapfile -t names <<< "$chosen"

result=$(containers | services | jq -c --argjson names "$(json_array "${names[@]}")" 'map(select(.serves and (.service | IN($names[]))))' |
  probe_all | jq '{healthy: all(.healthy), time: (now | todate), services: .}')

if [ -n "$as_json" ]; then
  printf '%s\n' "$result"
else
  query jq/health-table.jq -r <<< "$result" |
    table SERVICE HEALTHY TIME ANSWER
  query jq/health-details.jq -r <<< "$result" | printable
fi
[ "$(jq .healthy <<< "$result")" = true ] || exit "$NOT_WELL"
