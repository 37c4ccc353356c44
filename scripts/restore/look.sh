#!/usr/bin/env bash
# What a restore has to know of the host before it begins, one fact a line. It must work on a machine that has nothing yet.
set -euo pipefail

: "${ROOT:?folder of everything on the host}"
: "${LABEL:?label of the containers}"
: "${SET:?name of the backup that is to be restored}"
: "${WHAT:?what of it}"

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

as_root true || {
  echo "$(id -un) may not use sudo without a password on $(hostname). Expected that it may. Give it that right, see docs/ssh.md." >&2
  exit 1
}

# The machine, not its address: another one may have got the address of one that is lost.
echo "machine=$(cat /etc/machine-id /etc/ssh/ssh_host_*_key.pub 2> /dev/null | sha256sum | cut -d ' ' -f 1)"
# shellcheck source=/dev/null
echo "system=$(. /etc/os-release && printf '%s' "${PRETTY_NAME-}")"
if command -v docker > /dev/null; then
  echo "containers=$(as_root docker ps --all --filter "label=$LABEL" --format '{{.Names}}' | sort | paste -sd ' ')"
fi
# The deploy makes empty folders; a file below them is data.
echo "file=$(as_root find "$ROOT/data" -mindepth 2 ! -type d -print -quit 2> /dev/null || true)"
if as_root test -e "$ROOT/status/restore.journal"; then echo "killed=yes"; fi
if as_root grep -qs "\"what\":\"restore $WHAT\",\"set\":\"$SET\",\"result\":\"restored\"" "$ROOT/status/audit.jsonl"; then
  echo "restored=yes"
fi
