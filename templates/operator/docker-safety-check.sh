#!/usr/bin/env bash
# summary: finds what endangers data, before it is lost
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$scripts/lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=lib/services.sh
. "$scripts/lib/services.sh"
# shellcheck source-path=SCRIPTDIR source=lib/host.sh
. "$scripts/lib/host.sh"
for check in volumes containers ports images disks folders backups; do
  # shellcheck source=/dev/null
  . "$scripts/lib/safety/$check.sh"
done

usage() {
  cat << 'TEXT'
usage: emaintenance safety-check [--json] [--strict]

Looks for what endangers the data of the system. It changes nothing.

  volumes     anonymous volumes that hold data; volumes of this system that no container uses, which a prune would remove
  containers  stopped containers of this system, which a prune would remove
  ports       other containers on ports of this system
  images      services without an earlier image for a rollback, and images that a prune would remove
  disks       little room, or few inodes
  folders     data folders that are missing, or have another owner or mode than the services need
  backups     no backup that is new enough

Severities: an error can lose data or stop the system now; a warning makes a rollback impossible; a notice is worth knowing.

  --strict  ends with 1 also for warnings
  --json    {safe, time, findings: [{severity, check, what, expected, remedy}]}
  --help    this text

exit codes: 0 no error (with --strict: nor a warning)
            1 an error (with --strict: or a warning)
            2 wrong usage
            3 it cannot be found out: no Docker or jq, or no right to use Docker
TEXT
}

as_json='' strict=''
for word in "$@"; do
  case $word in
    --help | -h) usage && exit 0 ;;
    --candidates) exit 0 ;;
    --json) as_json=1 ;;
    --strict) strict=1 ;;
    *) unknown_option safety-check "$word" ;;
  esac
done
require_host

# finding SEVERITY CHECK WHAT EXPECTED REMEDY
finding() {
  jq -nc --arg severity "$1" --arg check "$2" --arg what "$3" --arg expected "$4" --arg remedy "$5" '$ARGS.named'
}

all_containers=$(containers)
# One after the other, so that a check that cannot look ends the script.
findings=$(
  check_volumes
  check_containers "$all_containers"
  check_ports
  check_images "$all_containers"
  check_disks
  check_folders
  check_backups
)
result=$(
  query jq/safety-result.jq -s --arg strict "$strict" <<< "$findings"
)

if [ -n "$as_json" ]; then
  printf '%s\n' "$result"
elif [ "$(jq '.findings | length' <<< "$result")" = 0 ]; then
  echo "nothing endangers the data"
else
  # shellcheck source-path=SCRIPTDIR source=lib/table.sh
  . "$scripts/lib/table.sh"
  query jq/safety-table.jq -r <<< "$result" |
    table SEVERITY CHECK FINDING
fi
[ "$(jq .safe <<< "$result")" = true ] || exit "$NOT_WELL"
