# shellcheck shell=bash
# Completion of the operator's command. Words, options and services are asked of the command itself, so that what a
# later version adds is completed too.

_emaintenance() {
  local current=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]-} candidates
  if [ "$COMP_CWORD" -eq 1 ]; then
    candidates="$(emaintenance --words) --help --version"
  elif [[ $current == -* ]]; then
    candidates=$(emaintenance "$verb" --help 2> /dev/null | grep -o -- '--[a-z][a-z-]*' | sort -u)
  else
    candidates=$(emaintenance "$verb" --candidates 2> /dev/null)
  fi
  mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
}
complete -F _emaintenance emaintenance
