#!/usr/bin/env bash
# Writes down what has been deployed: RELEASES/<release>/release.json, stack.json and the files next to the stack in
# stack-files.json. A good one becomes `current`, and of the good ones the newest KEEP stay. A failed one is written down
# next to a good one of the same name, never over it.
set -euo pipefail

: "${RELEASES:?folder of all records}"
: "${RELEASE:?what has been deployed}"
: "${RESULT:?good or failed}"
: "${LABEL:?label of the containers of this system, such as emaintenance.service}"
: "${MIGRATION:?container of the migration}"
: "${KEEP:?good releases that are kept}"
# Where they are known: IMAGES as service=reference, STACK, STACK_FILES and CHECKS as files, DEPLOYED_BY, DEPLOY_LOCK, REASON.

if [[ ! $RELEASE =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || [ "$RELEASE" = current ]; then
  printf 'the release is called %q. Expected a name like 2026.11.1, and not "current", which is the link to the one in use. Correct RELEASE and deploy again\n' "$RELEASE" >&2
  exit 1
fi

# <%~ include("shared/as-root.sh") %>

now=$(date -u +%FT%TZ)
# "address port port"; nothing if this runs without SSH.
client=${SSH_CLIENT-}

IMAGES_PROGRAM=$(
  cat << 'JQ'
# <%~ include("release/jq/images.jq") %>
JQ
)
CHECKS_PROGRAM=$(
  cat << 'JQ'
# <%~ include("release/jq/checks.jq") %>
JQ
)
RECORD_PROGRAM=$(
  cat << 'JQ'
# <%~ include("release/jq/record.jq") %>
JQ
)

# Objects of Docker by their ids, one a line on standard input; those that have gone meanwhile are left out.
inspect() {
  local ids
  mapfile -t ids
  [ ${#ids[@]} -eq 0 ] || docker "$1" inspect "${ids[@]}" 2> /dev/null | jq '.[]' || true
}

# {service: {reference, id, digest}} of all services that run, each by its newest container.
images() {
  local containers
  containers=$(docker ps --quiet --no-trunc --filter "label=$LABEL" | inspect container)
  {
    jq -s '.' <<< "$containers"
    jq -rs 'map(.Image) | unique[]' <<< "$containers" | inspect image | jq -s '.'
  } | jq -s --arg name "$LABEL" --arg references "${IMAGES-}" "$IMAGES_PROGRAM"
}

# {exitCode, ended} of the last migration, or null.
migration() {
  docker inspect --format '{"exitCode":{{.State.ExitCode}},"ended":"{{.State.FinishedAt}}"}' "$MIGRATION" 2> /dev/null || echo null
}

started() { jq -re .started "${DEPLOY_LOCK-}" 2> /dev/null || echo "$now"; }

checks() {
  jq -e "$CHECKS_PROGRAM" "${CHECKS-}" 2> /dev/null || echo null
}

record() {
  jq -n --arg release "$RELEASE" --arg started "$(started)" --arg ended "$now" --arg who "${DEPLOYED_BY:-$(id -un)}" \
    --arg workstation "${client%% *}" --arg result "$RESULT" --arg reason "${REASON-}" \
    --argjson images "$(images)" --argjson migration "$(migration)" --argjson verify "$(checks)" "$RECORD_PROGRAM"
}

# Whether the record that is there is of something else than what is deployed now: other images, under the same name.
is_another() {
  [ "$(as_root jq -cS '.images | map_values(.id)' "$1/release.json")" != "$(jq -cS '.images | map_values(.id)' <<< "$2")" ]
}

is_good() { [ -e "$1/release.json" ] && [ "$(as_root jq -r .result "$1/release.json")" = good ]; }

write_good() {
  local folder=$RELEASES/$RELEASE new text=$1 ended
  if is_good "$folder" && is_another "$folder" "$text"; then
    # The name was used before, for other images (a tag such as latest): that release can still be gone back to.
    ended=$(as_root jq -r '.ended | gsub("[-:]"; "")' "$folder/release.json")
    as_root rm -rf "$folder@$ended"
    as_root mv -T "$folder" "$folder@$ended"
  fi
  new=$RELEASES/.partial.$RELEASE
  as_root rm -rf "$new"
  as_root install -d -m 0755 "$RELEASES" "$new"
  as_root tee "$new/release.json" <<< "$text" > /dev/null
  as_root install -m 0644 "$STACK" "$new/stack.json"
  [ -z "${STACK_FILES-}" ] || as_root install -m 0644 "$STACK_FILES" "$new/stack-files.json"
  as_root sync "$new"/*.json
  as_root rm -rf "$folder"
  as_root mv -T "$new" "$folder"
  as_root ln -sfn "$RELEASE" "$RELEASES/.current"
  as_root mv -fT "$RELEASES/.current" "$RELEASES/current"
}

write_failed() {
  local folder=$RELEASES/$RELEASE name=release.json
  if is_good "$folder"; then name=failed.json; fi
  as_root install -d -m 0755 "$RELEASES" "$folder"
  as_root tee "$folder/.$name" <<< "$1" > /dev/null
  as_root mv -fT "$folder/.$name" "$folder/$name"
}

# Records, newest first: time, result and folder, one a line.
records() {
  local folder
  for folder in "$RELEASES"/*/; do
    folder=${folder%/}
    if [ -L "$folder" ] || [ ! -e "$folder/release.json" ]; then continue; fi
    printf '%s\t%s\n' "$(as_root jq -r '[.ended, .result] | @tsv' "$folder/release.json")" "$folder"
  done | sort --reverse
}

# The newest good ones stay, and failed ones that are younger than the oldest of these.
remove_old() {
  local good=0 ended result folder
  records | while IFS=$'\t' read -r ended result folder; do
    if [ "$good" -ge "$KEEP" ]; then
      as_root rm -r "$folder"
      echo "the record of ${folder##*/} of $ended is gone: $KEEP releases are kept"
    fi
    [ "$result" != good ] || good=$((good + 1))
  done
}

text=$(record)
if [ "$RESULT" = good ]; then
  write_good "$text"
  remove_old
else
  write_failed "$text"
fi
echo "release $RELEASE is written down as $RESULT"
