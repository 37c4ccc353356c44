#!/usr/bin/env bash
# summary: removes images and containers of earlier releases, or says which would go
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$scripts/lib/common.sh"
# shellcheck source=/dev/null
. "$scripts/lib/job.sh"

usage() {
  cat << 'TEXT'
usage: emaintenance clean-up [--dry-run]

Removes images of earlier releases, what builds left behind, and containers that were retired, when they are old enough. It
is the job that the schedule runs: once at a time, with a record and, when it fails, an alert. What a container uses, the images
of every good release that is written down, the newest tags of each image, volumes, and whatever is not of this project stay.

  --dry-run   prints what would be removed, and how much room that would free at least; removes nothing
  --help      this text

exit codes: 0 removed, or there was nothing to remove
            1 something could not be removed, for the reason printed
            2 wrong usage
            3 it cannot be done: the clean-up is disabled, no Docker or jq, or no right to use them
            4 another clean-up is under way
TEXT
}

dry_run=''
given=("$@")
for word in "$@"; do
  case $word in
    --help | -h) usage && exit 0 ;;
    --candidates) exit 0 ;;
    --dry-run) dry_run=1 ;;
    *) unknown_option clean-up "$word" ;;
  esac
done
require_host

readonly JOB=image-clean-up SECONDS_IN_ALL=3600
folder=$scripts/jobs/$JOB
[ -r "$folder/settings" ] || cannot_look "the clean-up of images is not on this host" "the job that the deploy lays down" \
  "Deploy again, with host.imageCleanUp enabled"
become_root "$scripts/clean-up.sh" "${given[@]}"
mapfile -t settings < "$folder/settings"

code=0
if [ -n "$dry_run" ]; then
  env "${settings[@]}" "$folder/run.sh" --dry-run | printable || code=$?
else
  said=$(run_job "$JOB" "$SECONDS_IN_ALL" env "${settings[@]}" "$folder/run.sh" 2> /dev/null) || code=$?
  [ -z "$said" ] || printf '%s\n' "$said" | printable
  if [ "$code" -eq "$JOB_BUSY" ]; then
    say_remedy "another clean-up is under way" "one at a time" "Wait for it"
    exit "$BUSY"
  fi
fi
[ "$code" -eq 0 ] || exit "$NOT_WELL"
