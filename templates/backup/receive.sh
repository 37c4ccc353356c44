#!/usr/bin/env bash
# Takes in a backup from another machine: a tar of its files, by standard input. `npm run restore -- prod --from` sends it.
set -euo pipefail

lib=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$lib/../common.sh"
# shellcheck source=/dev/null
. "$lib/sets.sh"

usage() {
  cat << 'TEXT'
usage: receive.sh BACKUP

exit codes: 0 the backup is here and whole, 1 it is not, 2 wrong usage
TEXT
}

umask 077
arrival=''
name=${1-}
[[ $name =~ $BACKUP_NAME ]] || { usage >&2 && exit "$WRONG_USAGE"; }

fail() {
  say_remedy "$@"
  exit "$NOT_WELL"
}

if [ -e "$(backup_folder "$name")" ]; then
  # The sender does not mind that nobody listens, but fails if this script stops listening.
  cat > /dev/null
  echo "$name is here already"
  exit 0
fi
prepare_arrival "$name" || fail "another backup is arriving" "one at a time" "Wait for it"
tar --extract --file=- --directory="$arrival" --no-same-owner || fail "$name did not arrive" "all of it, and room for it" "Send it again"
reason=$(settle_arrival "$name" "$arrival") || fail "$name is not what was backed up: $reason" "a backup that is whole" "Send it again, or another"
echo "$name: here and whole"
