#!/usr/bin/env bash
# Cuts what has been copied off the beginning of a log file that a program keeps open. The cut is one step of the file
# system, so that no line is lost that is written meanwhile; the program must open its log for appending, as they all do.
set -euo pipefail

if [ $# -ne 2 ]; then
  echo "usage: shorten.sh LOG COPY" >&2
  exit 2
fi
log=$1 copy=$2
# shellcheck source=/dev/null
. "$(dirname "$(readlink --canonicalize "${BASH_SOURCE[0]}")")/untrusted.sh"

# A line that was just being written when it was copied stays in the log.
if [ "$(tail --bytes 1 "$copy" | od -An -tx1 | tr -d ' ')" != 0a ]; then
  truncate --size "-$(tail --lines 1 "$copy" | wc --bytes)" "$copy"
fi

# Only whole blocks can be cut, and never all of the file; the rest of what was copied is blanked.
copied=$(stat --format %s "$copy")
block=$(stat --file-system --format %S "$log")
numbers copied block
rest=$((copied % block))
if [ "$rest" -eq 0 ] && [ "$copied" -gt 0 ]; then rest=$block; fi
cut=$((copied - rest))

if [ "$cut" -eq 0 ] || fallocate --collapse-range --offset 0 --length "$cut" "$log" 2> /dev/null; then
  printf '%*s' "$rest" '' | dd of="$log" bs="$block" conv=notrunc status=none
else
  # Neither ext4 nor XFS: a line that is written between these two commands is lost.
  tail --bytes "+$((copied + 1))" "$log" >> "$copy"
  truncate --size 0 "$log"
  echo "$log is on a file system that cannot cut a file's beginning: lines may be lost when it is rotated" >&2
fi
