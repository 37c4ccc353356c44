# shellcheck shell=bash
# What every script of the operator's command shares: exit codes, messages, the description of the system.

# shellcheck disable=SC2034 # for the scripts that read this file
readonly NOT_WELL=1 WRONG_USAGE=2 CANNOT_LOOK=3 BUSY=4

LIB=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
CONFIG=$LIB/system.json
# shellcheck source=/dev/null
. "$LIB/untrusted.sh"

# A failure that no script foresaw has said what it was: all that is left is an exit code of the documented ones.
unforeseen() {
  local code=$?
  if [ "$code" -gt "$BUSY" ] && [ "$code" -lt 128 ]; then
    printf 'emaintenance: ended by the error above. That is a fault of the command itself.\n' >&2
    exit "$CANNOT_LOOK"
  fi
}
trap unforeseen EXIT

# say_remedy WHAT EXPECTED REMEDY
say_remedy() { printf 'emaintenance: %s. Expected %s. %s.\n' "$1" "$2" "$3" | printable >&2; }

# wrong_usage WHAT EXPECTED HELP-COMMAND
wrong_usage() {
  say_remedy "$1" "$2" "Try: $3"
  exit "$WRONG_USAGE"
}

# cannot_look WHAT EXPECTED REMEDY
cannot_look() {
  say_remedy "$@"
  exit "$CANNOT_LOOK"
}

# unknown_option VERB OPTION
unknown_option() { wrong_usage "$1 has no option $2" "one of those that its help names" "emaintenance $1 --help"; }

# option_value VERB OPTION VALUE PATTERN EXPECTED: the value, or a message
option_value() {
  [[ $3 =~ ^($4)$ ]] || wrong_usage "$1 $2 got \"$3\"" "$5" "emaintenance $1 --help"
  printf '%s' "$3"
}

# <%~ include("shared/as-root-quietly.sh") %>

# One value of the description of the system.
config() { jq -r "$1" "$CONFIG"; }

# query PROGRAM OPTION...: jq with a program of this folder, such as jq/status.jq or backup/jq/retention.jq. It may include
# words.jq, and finds the description of the system as $system.
query() { jq -L "$LIB/jq" --argjson system "$(< "$CONFIG")" -f "$LIB/$1" "${@:2}"; }

# lines_of TEXT: its lines; none for an empty text. What fails while a text is made ends the script, where a loop over
# the output of a command would only find nothing.
lines_of() { [ -z "$1" ] || printf '%s\n' "$1"; }

# Ends the script where it could find out nothing.
require_host() {
  local tool answer
  for tool in jq docker curl; do
    command -v "$tool" > /dev/null || cannot_look "$tool is not installed" "it on PATH" "Install it: sudo apt-get install ${tool/docker/docker.io}"
  done
  [ -r "$CONFIG" ] || cannot_look "$CONFIG cannot be read" "the file that the deploy lays there" "Deploy again"
  answer=$(docker ps --quiet 2>&1) || cannot_look "$(id -un) cannot use Docker: $(tail -n 1 <<< "$answer")" \
    "a running engine, and a login in the group docker" "Try: sudo emaintenance ..., or sudo systemctl start docker"
}

# Colours on a terminal, and nowhere else.
if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then COLOURED=1; else COLOURED=''; fi

# become_root PROGRAM ARGUMENT...: goes on as root, where that needs no password.
become_root() {
  [ "$(id -u)" -ne 0 ] || return 0
  sudo -n true 2> /dev/null || cannot_look "$(id -un) may not do this" "root, or a login with passwordless sudo" "Try: sudo emaintenance ..."
  exec sudo -n "$@"
}
