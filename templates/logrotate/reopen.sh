#!/usr/bin/env bash
# Makes the program in a container open its log files again, after a rename, and waits until nothing has the renamed file
# open any more: no line is then written to it, and it can be compressed.
set -euo pipefail

if [ $# -ne 3 ]; then
  echo "usage: reopen.sh SIGNAL CONTAINER RENAMED_FILE" >&2
  exit 2
fi
signal=$1 container=$2 renamed=$3
readonly WAIT_SECONDS=10

is_open() { [ -n "$(find -L /proc/[0-9]*/fd -maxdepth 1 -samefile "$renamed" -print -quit 2> /dev/null)" ]; }

# Not `docker kill`: to Docker a container that was sent any signal by hand is one that shall not start with the host.
process=$(docker inspect --format '{{.State.Pid}}' "$container" 2> /dev/null || echo 0)
[[ $process =~ ^[1-9][0-9]*$ ]] || process=0
[ "$process" = 0 ] || kill -s "$signal" "$process"

deadline=$((SECONDS + WAIT_SECONDS))
while is_open; do
  if [ "$SECONDS" -ge "$deadline" ]; then
    echo "$container still writes to $renamed, $WAIT_SECONDS s after it was sent $signal: it stays uncompressed" >&2
    exit 1
  fi
  sleep 0.1
done
