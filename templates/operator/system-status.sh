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
last run of every scheduled job, the newest backups, and alerts that still stand. Below that, each problem with what to do
about it; that visitors see the maintenance page is one.
It asks Docker. To ask the services themselves: emaintenance health.

  --quick   without CPU and memory of the containers, which take two seconds to measure
  --json    {well, time, problems: [{what, expected, mend}], deploy, maintenance, services, jobs, host, schedules, backups, alerts}
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
  services <<< "$containers" | query "$(cat "$LIB/status.jq")" --argjson containers "$containers" \
    --argjson usage "$usage" --argjson host "$(host_facts)" --argjson schedules "$(schedules)" \
    --argjson alerts "$(alerts)" --argjson backups "$(newest_backups)" --argjson deploy "$(deploy_under_way | jq -cs .)" \
    --argjson maintenance "$(maintenance_state)"
}

# Lines with tabs out of the status.
lines() { query "$1" -r <<< "$status"; }

print_services() {
  lines '
    (.services[] | [.instance, .tier, (.release // "-"), .state, (if .health == "none" then "-" else .health end), .restarts, (.since // "-" | if . == "-" then . else ago end),
      (if .cpuPercent == null then "-" else "\(.cpuPercent | rounded) %" end),
      (if .memoryBytes == null then "-" else "\(.memoryBytes | bytes_in_words) of \(.memoryLimitBytes | bytes_in_words)" end),
      (if .ports == [] then "-" else .ports | join(" ") end)]),
    (.jobs[] | [.service, "job", (.release // "-"), .state, (if .exitCode == 0 then "done" else "failed" end), "-", (.since | ago), "-", "-", "-"]) |
    @tsv' | table SERVICE TIER RELEASE STATE HEALTH RESTARTS SINCE CPU MEMORY PORTS
}

print_host() {
  lines '.host |
    "host      \(.name), up \(.uptimeSeconds | seconds_in_words)",
    "load      \(.load | map(tostring) | join(" ")) on \(.cpus) CPUs",
    "memory    \(.memory.availableBytes | bytes_in_words) of \(.memory.totalBytes | bytes_in_words) available",
    (.disks[] | "disk      \(.mount): \(.freeBytes | bytes_in_words) of \(.sizeBytes | bytes_in_words) free, \(.usedPercent // "?") % full, \(.inodesUsedPercent // "?") % of inodes")'
  lines 'select(.deploy != null) | .deploy | "deploy    under way since \(.started | ago) by \(.owner)"' | printable
}

print_schedules() {
  if [ "$(lines '.schedules | length')" = 0 ]; then
    echo "no scheduled job has run yet"
    return
  fi
  lines '.schedules[] | [.job, (if .exitCode == 0 then "ok" else "failed" end), (.ended // "-" | if . == "-" then . else "\(ago) ago" end), (.message // "")] | @tsv' |
    table SCHEDULE "LAST RUN" ENDED MESSAGE
}

print_backups() {
  if [ "$(lines '.backups | length')" = 0 ]; then
    echo "no backup has been made yet"
    return
  fi
  lines '.backups[] | [.set, (.ended | ago), (.bytes | bytes_in_words),
    (if .verified == null then "not yet" elif .verified.ok then "restored in \(.verified.seconds) s" else "failed: \(.verified.message)" end)] | @tsv' |
    table "NEWEST BACKUP" AGE SIZE VERIFIED
}

print_problems() {
  lines 'if .well then "all is well" else "\(.problems | length) problem(s):", (.problems[] | problem_in_words) end' | printable
}

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
