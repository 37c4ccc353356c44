#!/usr/bin/env bash
# The operator's command. Each of its words is a script of its own, linked in the folder verbs; this one finds it.
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$scripts/lib/common.sh"

# shell-rules: allow these are the links that the deploy has laid there
words() { find "$scripts/verbs" -mindepth 1 -printf '%f\n' | sort; }

usage() {
  local word
  cat << 'TEXT'
usage: emaintenance WORD [options]
       emaintenance --help | --version

Operates E-Maintenance on this host.

TEXT
  for word in $(words); do
    printf '  %-14s %s\n' "$word" "$(sed -n 's/^# summary: //p' "$scripts/verbs/$word")"
  done
  cat << 'TEXT'

emaintenance WORD --help says more. Exit codes of every word:
  0  all is well
  1  something is not, as printed
  2  wrong usage
  3  it cannot be found out, for the reason printed
TEXT
}

case ${1-} in
  --help | -h | help) usage ;;
  --version | -V) exec "$scripts/verbs/version" ;;
  --words) words ;;
  '')
    usage >&2
    exit "$WRONG_USAGE"
    ;;
  *)
    if [[ $1 != [a-z]* || $1 == */* || ! -x $scripts/verbs/$1 ]]; then
      wrong_usage "\"$1\" is not a word of this command" "one of $(words | paste -sd ' ')" "emaintenance --help"
    fi
    exec "$scripts/verbs/$1" "${@:2}"
    ;;
esac
