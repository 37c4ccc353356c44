# shellcheck shell=bash
# Values that others choose: a container, a user of the system, the network. Sourced by the scripts that root runs. For
# root such a value is data: it is compared with a pattern before it is used as anything else. See docs/security.md.

# is_number VALUE: whether it is a whole number without a sign. At most 18 digits, which bash can still add up; no zero at
# the beginning, which would make it octal. Inside $((…)), [[ -gt ]] or ((…)) anything else is a program for bash.
is_number() { [[ ${1-} =~ ^(0|[1-9][0-9]{0,17})$ ]]; }

# numbers NAME...: ends the script unless each of these variables holds a whole number.
numbers() {
  local checked_name
  for checked_name in "$@"; do
    is_number "${!checked_name-}" && continue
    printf '%s is %q. Expected a whole number. Look where it comes from: it was not computed with\n' \
      "$checked_name" "${!checked_name:0:100}" >&2
    exit 1
  done
}

# deploy_lock_counts FILE MINUTES: whether this is the lock of a deploy that is under way: it gave a sign of life within so
# many minutes, and its owner may use Docker, as whoever deploys may. A link, or the file of another user, says nothing.
deploy_lock_counts() {
  local owner
  [ -n "$(find "$1" -maxdepth 0 -type f -mmin "-$2" 2> /dev/null)" ] || return 1
  owner=$(stat --format %U -- "$1" 2> /dev/null) || return 1
  [ "$owner" = root ] || id -nG -- "$owner" 2> /dev/null | grep -qw docker
}

# shown NAME: a name of a file on one line, as bash would read it; a plain one as it is.
shown() { printf '%q' "$1"; }

# printable: passes text on without what a terminal obeys. Colours are dropped, every other control character but the tab
# and the line break becomes "?"; so do the characters that turn the direction of writing round.
printable() {
  LC_ALL=C sed -u -e $'s/\e\\[[0-9;]*m//g' -e $'s/\r$//' \
    -e $'s/\xc2[\x80-\x9f]/?/g; s/\xe2\x80[\xaa-\xae]/?/g; s/\xe2\x81[\xa6-\xa9]/?/g' -e $'s/[\x01-\x08\x0b-\x1f\x7f]/?/g'
}

# printable_lines: the same, and no line longer than 500 bytes.
printable_lines() { printable | LC_ALL=C sed 's/^\(.\{500\}\).\{1,\}$/\1.../'; }
