#!/usr/bin/env bash
# What a timer starts: a program of the operator's command.
set -euo pipefail

: "${COMMAND:?program and arguments, separated by spaces}"

read -ra words <<< "$COMMAND"
if [ ! -x "${words[0]}" ]; then
  echo "${words[0]} is not there. Expected the operator's command, which has it. Deploy with operatorCommand"
  exit 1
fi
exec "${words[@]}"
