#!/usr/bin/env bash
# summary: lists the releases that were deployed here, and which of them a rollback can restore
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$scripts/lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=lib/table.sh
. "$scripts/lib/table.sh"

usage() {
  cat << 'USAGE'
usage: emaintenance releases [--json] [RELEASE]

Lists what was deployed, newest first, with its result. The one in use is marked. A rollback can restore every good release
whose images are still here, from the machine that deploys: npm run rollback -- prod RELEASE.
With RELEASE, its whole record.

  --json    [{name, folder, current, serving, imagesHere, release, started, ended, who, workstation, result, images, migration,
              verify}]
  --help    this text

exit codes: 0 listed
            1 nothing was ever deployed, or there is no such release
            2 wrong usage
            3 it cannot be found out: no jq, or no right to read the records
USAGE
}

as_json='' wanted=''
for word in "$@"; do
  case $word in
    --help | -h) usage && exit 0 ;;
    --candidates) find "$(config .releases)" -mindepth 1 -maxdepth 1 -type d -not -name '.*' -printf '%f\n' 2> /dev/null | sort && exit 0 ;;
    --json) as_json=1 ;;
    -*) unknown_option releases "$word" ;;
    *)
      [ -z "$wanted" ] || wrong_usage "releases takes one release" "its name or nothing" "emaintenance releases --help"
      wanted=$word
      ;;
  esac
done
require_host

releases=$(config .releases)
current=$(readlink "$releases/current" 2> /dev/null) || current=''

# Ids of all images on the host, as a JSON array.
images_here() { docker images --all --no-trunc --quiet | jq -cR . | jq -cs unique; }

# {service: image id} of what runs, of each service its newest container.
running_images() {
  local ids
  mapfile -t ids < <(docker ps --quiet --no-trunc --filter "label=$(config .labels.service)")
  { [ ${#ids[@]} -eq 0 ] || docker inspect "${ids[@]}" 2> /dev/null || true; } |
    jq -cs --arg label "$(config .labels.service)" \
      'add // [] | sort_by(.Created) | map({key: .Config.Labels[$label], value: .Image}) | from_entries'
}

# Every record, newest first.
records() {
  local file name
  for file in "$releases"/*/release.json "$releases"/*/failed.json; do
    name=$(basename "$(dirname "$file")")
    if [ ! -e "$file" ] || [ "$name" = current ]; then continue; fi
    jq -c --arg name "$name" --arg folder "$(dirname "$file")" --arg current "$current" \
      '{name: $name, folder: $folder, current: (.result == "good" and $name == $current)} + .' "$file" 2> /dev/null ||
      say_remedy "the record $file cannot be read" "JSON" "Remove it"
  done | query jq/releases.jq -cs --argjson here "$(images_here)" --argjson running "$(running_images)"
}

all=$(records)
[ -z "$wanted" ] || all=$(jq -c --arg name "$wanted" 'map(select(.name == $name))' <<< "$all")
if [ -n "$as_json" ]; then
  printf '%s\n' "$all"
elif [ -n "$wanted" ]; then
  jq '.[]' <<< "$all"
else
  query jq/releases-table.jq -r <<< "$all" | table " " RELEASE ENDED BY RESULT CHECKS "IMAGES HERE"
fi
[ "$(jq length <<< "$all")" -gt 0 ] || exit "$NOT_WELL"
