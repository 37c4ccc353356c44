#!/usr/bin/env bash
# summary: shows how the whole system is: services, host, schedules, alerts
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$scripts/lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=lib/table.sh
. "$scripts/lib/table.sh"
# shellcheck source-path=SCRIPTDIR source=lib/services.sh
. "$scripts/lib/services.sh"
# shellcheck source-path=SCRIPTDIR source=lib/host.sh
. "$scripts/lib/host.sh"
# shellcheck source-path=SCRIPTDIR source=lib/history.sh
. "$scripts/lib/history.sh"
# shellcheck source-path=SCRIPTDIR source=lib/lock.sh
. "$scripts/lib/lock.sh"
# shellcheck source-path=SCRIPTDIR source=lib/maintenance.sh
. "$scripts/lib/maintenance.sh"

usage() {
  cat << 'TEXT'
usage: emaintenance status [--json] [--quick]

Shows every service with its release, state, Docker's last word on its health, restarts and use; then the host, the
last run of every scheduled job, the newest backups, and open alerts. Below that, each problem with what to do
about it; that visitors see the maintenance page is one.
It asks Docker. To ask the services themselves: emaintenance health.

  --quick   without CPU and memory of the containers, which take two seconds to measure
  --json    {well, time, problems: [{what, expected, remedy}], deploy, maintenance, services, jobs, host, schedules, backups, alerts}
  --help    this text

exit codes: 0 all is well
            1 a service, a disk, a scheduled job or an alert is a problem, or visitors see the maintenance page
            2 wrong usage
            3 it cannot be found out: no Docker or jq, or no right to use Docker
TEXT
}

as_json='' quick=''
for word in "$@"; do
  case $word in
    --help | -h) usage && exit 0 ;;
    --candidates) exit 0 ;;
    --json) as_json=1 ;;
    --quick) quick=1 ;;
    *) unknown_option status "$word" ;;
  esac
done
require_host

status() {
  local containers usage='{}'
  containers=$(containers)
  [ -n "$quick" ] || usage=$(usage_by_id <<< "$containers")
  services <<< "$containers" | query jq/status.jq --argjson containers "$containers" \
    --argjson usage "$usage" --argjson host "$(host_facts)" --argjson schedules "$(schedules)" \
    --argjson alerts "$(alerts)" --argjson backups "$(newest_backups)" --argjson deploy "$(deploy_under_way | jq -cs .)" \
    --argjson maintenance "$(maintenance_state)"
}

# lines PROGRAM: what it makes of the status, for a person.
lines() { query "jq/$1.jq" -r <<< "$status"; }

# is_empty NAME: whether a list of the status is.
is_empty() { jq -e --arg name "$1" '.[$name] == []' <<< "$status" > /dev/null; }

print_services() { lines status-services | table SERVICE TIER RELEASE STATE HEALTH RESTARTS SINCE CPU MEMORY PORTS; }

print_host() {
  lines status-host
  lines status-deploy | printable
}

print_schedules() {
  if is_empty schedules; then
    echo "no scheduled job has run yet"
    return
  fi
  lines status-schedules | table SCHEDULE "LAST RUN" ENDED MESSAGE
}

print_backups() {
  if is_empty backups; then
    echo "no backup has been made yet"
    return
  fi
  lines status-backups | table "NEWEST BACKUP" AGE SIZE VERIFIED
}

print_problems() { lines status-problems | printable; }

status=$(status)
if [ -n "$as_json" ]; then
  printf '%s\n' "$status"
else
  print_services
  echo
  print_host
  echo
  print_schedules
  echo
  print_backups
  echo
  print_problems
fi
[ "$(jq .well <<< "$status")" = true ] || exit "$NOT_WELL"
