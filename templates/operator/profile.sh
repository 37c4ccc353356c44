# shellcheck shell=sh
# Completion of the operator's command in login shells, also where the package bash-completion is not installed.
if [ -n "${BASH_VERSION-}" ] && [ -n "${PS1-}" ] && [ -r /usr/share/bash-completion/completions/emaintenance ]; then
  # shellcheck disable=SC1091 # a file of the host
  . /usr/share/bash-completion/completions/emaintenance
fi
