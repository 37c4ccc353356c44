#!/usr/bin/env bash
# Keeps a rotated log file that is about to be removed, under a name with the time of its last line.
set -euo pipefail

if [ $# -ne 2 ]; then
  echo "usage: archive.sh FILE ARCHIVE_FOLDER" >&2
  exit 2
fi
file=$1 archive=$2

# user-service.log.3.gz becomes user-service-20261124T020000Z.log.gz.
name=$(basename "$file")
suffix=.log
case $name in *.gz) suffix=.log.gz ;; esac
stem=$archive/${name%%.log.*}-$(date --utc --date "@$(stat --format %Y "$file")" +%Y%m%dT%H%M%SZ)
target=$stem$suffix
number=1
while [ -e "$target" ]; do
  number=$((number + 1))
  target=$stem-$number$suffix
done
mv --no-target-directory "$file" "$target"
