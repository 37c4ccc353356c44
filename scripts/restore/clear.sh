#!/usr/bin/env bash
# Removes containers and networks of a system of which Terraform knows nothing: those of a deploy that was killed.
set -euo pipefail

: "${PROJECT:?what the names begin with}"
KNOWN=${KNOWN-}

command -v docker > /dev/null || exit 0
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

# unknown: ids, from lines of id and name, of those that belong to this project by their name and are not among the known ones.
unknown() {
  local id name
  while read -r id name; do
    if [[ $name =~ ^$PROJECT($|-) && " $KNOWN " != *" $id "* ]]; then echo "$id"; fi
  done
}

as_root docker ps --all --no-trunc --format '{{.ID}} {{.Names}}' | unknown | as_root xargs --no-run-if-empty --max-args 1 docker rm --force > /dev/null
as_root docker network ls --no-trunc --format '{{.ID}} {{.Name}}' | unknown | as_root xargs --no-run-if-empty docker network rm > /dev/null
