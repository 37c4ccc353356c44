#!/usr/bin/env bash
# summary: tries the system as its users would: pages, login, a work order, an upload, response times
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$scripts/lib/common.sh"

usage() {
  cat << 'USAGE'
usage: emaintenance verify [--json] [--only TEXT]

Runs the checks with which each deploy ends, now: through the gateway's port and, where a check says so, each service on
its own. What needs a login is skipped where the deployment has no VERIFY_USERNAME. The login of the checks is read with
sudo. Checks may make data, which they mark and remove again if the API can.

  --only TEXT   shows and counts only the checks with this text in their names
  --json        {well, url, time, checks: [{name, result, milliseconds, message}]}
  --help        this text

exit codes: 0 no check has failed
            1 one has
            2 wrong usage
            3 it cannot be found out: no Docker or jq, or no service runs
USAGE
}

runner=()
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage && exit 0 ;;
    --candidates) exit 0 ;;
    --json) runner+=(--json --quiet) ;;
    --only)
      runner+=(--only "$(option_value verify --only "${2-}" '.+' "a text, such as login")")
      shift
      ;;
    *) unknown_option verify "$1" ;;
  esac
  shift
done
require_host
folder=$(config .verifyFolder)
[ -r "$folder/run.sh" ] || cannot_look "$folder/run.sh is not there" "the file that the deploy lays there" "Deploy again"
# The table goes to standard error, for the log of a deploy; here it is the answer.
if [ ${#runner[@]} -gt 0 ] && [ "${runner[0]}" = --json ]; then
  exec bash "$folder/run.sh" "${runner[@]}"
fi
exec bash "$folder/run.sh" "${runner[@]}" 2>&1
