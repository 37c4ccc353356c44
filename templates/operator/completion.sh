#!/usr/bin/env bash
# summary: prints what makes bash complete this command
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$scripts/lib/common.sh"

usage() {
  cat << 'TEXT'
usage: emaintenance completion

Prints the completion for bash. Login shells on this host have it already; in any other:
  source <(emaintenance completion)

exit codes: 0 printed
            2 wrong usage
            3 the file of the completion is not there
TEXT
}

readonly FILE=/usr/share/bash-completion/completions/emaintenance

case ${1-} in
  --help | -h) usage ;;
  --candidates) ;;
  '')
    [ -r "$FILE" ] || cannot_look "$FILE is not there" "the file that the deploy lays there" "Deploy again"
    cat "$FILE"
    ;;
  *) unknown_option completion "$1" ;;
esac
