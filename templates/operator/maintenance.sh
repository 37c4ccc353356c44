#!/usr/bin/env bash
# summary: shows visitors a maintenance page instead of the system, or says whether it does
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$scripts/lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=lib/maintenance.sh
. "$scripts/lib/maintenance.sh"

usage() {
  cat << 'USAGE'
usage: emaintenance maintenance on [TEXT]
       emaintenance maintenance off
       emaintenance maintenance status [--json]

While it is on, the gateway answers 503 with a page to everybody, and with JSON under /api; only /health stays 200. No
service is stopped, and requests under way are finished. It counts at once and survives restarts and deploys. On again
replaces the text.

  TEXT      what visitors read; plain text
  --json    {on, since, by, text}
  --help    this text

exit codes: 0 done; for status: visitors reach the system
            1 for status: visitors see the page
            2 wrong usage
            3 it cannot be done: no jq, or no right to write into the gateway's folder
USAGE
}

as_json=''
words=()
for word in "$@"; do
  case $word in
    --help | -h) usage && exit 0 ;;
    --candidates) printf '%s\n' on off status && exit 0 ;;
    --json) as_json=1 ;;
    -*) unknown_option maintenance "$word" ;;
    *) words+=("$word") ;;
  esac
done

command -v jq > /dev/null || cannot_look "jq is not installed" "it on PATH" "Install it: sudo apt-get install jq"

case ${words[0]-} in
  on)
    [ ${#words[@]} -le 2 ] || wrong_usage "maintenance on takes one text" "it in quotes" "emaintenance maintenance on 'Back at 14:00.'"
    maintenance_on "${words[1]-}" || cannot_look "the page could not be enabled" "a login that may write there, or sudo without a password" "Try: sudo emaintenance maintenance ${words[0]}"
    ;;
  off)
    [ ${#words[@]} -eq 1 ] || wrong_usage "maintenance off takes nothing else" "emaintenance maintenance off" "emaintenance maintenance --help"
    maintenance_off || cannot_look "the page could not be disabled" "a login that may write there, or sudo without a password" "Try: sudo emaintenance maintenance ${words[0]}"
    ;;
  status) [ ${#words[@]} -eq 1 ] || wrong_usage "maintenance status takes no \"${words[1]}\"" "--json or nothing" "emaintenance maintenance --help" ;;
  '') wrong_usage "maintenance needs to know what" "on, off or status" "emaintenance maintenance --help" ;;
  *) wrong_usage "maintenance does not know \"${words[0]}\"" "on, off or status" "emaintenance maintenance --help" ;;
esac

state=$(maintenance_state)
if [ -n "$as_json" ]; then
  printf '%s\n' "$state"
else
  query jq/maintenance-words.jq -r <<< "$state"
fi
[ "${words[0]}" != status ] || [ "$(jq .on <<< "$state")" = false ] || exit "$NOT_WELL"
