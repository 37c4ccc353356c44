#!/bin/sh
# Runs in the container in which a restore replays the archived log: fetch-wal.sh NAME TARGET, as PostgreSQL's
# restore_command. Exit code 1 says that there is no such file, which is the end of the log. One that is damaged must not
# look like that: above 128, PostgreSQL gives up.
set -u

here=$(dirname "$0")
if [ -e "/archive/$1.gz" ]; then
  gzip -dc "/archive/$1.gz" > "$2" || exit 200
elif [ -e "$here/recent/$1" ]; then
  cp "$here/recent/$1" "$2" || exit 200
else
  exit 1
fi
