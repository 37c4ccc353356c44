#!/usr/bin/env bash
# Removes images of earlier releases, what builds left behind, and containers that were retired. Never a volume, never what
# a container uses or what a release needs that a rollback can restore, never the newest tags of an image, never anything that is
# not of this project.
set -euo pipefail

: "${OLDER_THAN_DAYS:?days that an image or a stopped container is left alone}"
: "${KEEP_TAGS:?newest tags of each image that are kept}"
: "${REPOSITORY_PREFIX:?what the names of the images of this system begin with, such as emaintenance/}"
: "${RELEASES:?folder with the records of releases}"
: "${LABEL:?label of the containers of this system, such as emaintenance.service}"
: "${BUILD_LABEL:?label of the stages of the builds of this system, such as emaintenance.build}"
: "${CONTAINER_PREFIX:?what the names of the containers of this system begin with, such as emaintenance-}"

usage() {
  cat <<'TEXT'
usage: run.sh [--dry-run]

  --dry-run   say what would be removed, and how much room that would free; remove nothing
  --help      this text

# Removes images of earlier releases, what builds left behind, and containers that were retired. Never a volume, never what
# a container uses or what a release needs that a rollback can restore, never the newest tags of an image, never anything that is
# not of this project.
TEXT
}

really=yes
case ${1-} in
  "") ;;
  --dry-run) really= ;;
  --help) usage && exit 0 ;;
  *) echo "unknown option $1: see --help" >&2 && exit 2 ;;
esac

readonly OLDEST=$((EPOCHSECONDS - OLDER_THAN_DAYS * 86400))
containers_removed=0 images_removed=0 failed=0

# In a dry run: which containers would go, what they take, and the image of each name that would.
containers_gone=() container_bytes=0 images_gone=()

# remove WHAT NAME ID COMMAND...
remove() {
  local what=$1 name=$2 id=$3
  shift 3
  if [ -z "$really" ]; then
    echo "would remove the $what $name"
    if [ "$what" = container ]; then count_container "$id"; else images_gone+=("$id"); fi
  elif "$@" > /dev/null; then
    echo "removed the $what $name"
  else
    failed=$((failed + 1))
    return 1
  fi
}

# count_container ID: what it has written in addition to its image.
count_container() {
  local bytes
  containers_gone+=("$1")
  bytes=$(docker inspect --size --format '{{.SizeRw}}' "$1") || return 0
  [[ $bytes =~ ^[0-9]{1,15}$ ]] || return 0
  container_bytes=$((container_bytes + bytes))
}

# freed_bytes: the least that all of it would free: an image that loses its last name frees what no other image has in common
# with it. Fails if Docker does not say.
freed_bytes() {
  local all gone sizes id short size total=$container_bytes
  all=$(docker images --no-trunc --format '{{.ID}}') || return 1
  gone=$(printf '%s\n' "${images_gone[@]}")
  # Docker writes sizes as 48.3MB, and the ids of a version before are short.
  sizes=$(docker system df --verbose --format '{{range .Images}}{{println .ID .UniqueSize}}{{end}}') || return 1
  while read -r id; do
    [ "$(grep -cxF -- "$id" <<< "$gone")" = "$(grep -cxF -- "$id" <<< "$all")" ] || continue
    while read -r short size; do
      if [ -z "$short" ] || [[ ${id#sha256:} != "${short#sha256:}"* ]]; then continue; fi
      [[ $size =~ ^[0-9]+(\.[0-9]+)?[kMGT]?B$ ]] || return 1
      size=${size%B}
      size=$(numfmt --from=si --round=nearest "${size/k/K}") || return 1
      [[ $size =~ ^[0-9]{1,15}$ ]] || return 1
      total=$((total + size))
    done <<< "$sizes"
  done < <(sort -u <<< "$gone")
  echo "$total"
}

say_freed() {
  local bytes
  if [ $((images_removed + containers_removed)) -eq 0 ]; then
    echo "nothing would be removed"
  elif bytes=$(freed_bytes 2> /dev/null) && [[ $bytes =~ ^[0-9]{1,15}$ ]]; then
    echo "would free at least $(((bytes + 1048575) / 1048576)) MiB"
  else
    echo "how much that would free is not known: Docker does not say"
  fi
}

# Docker's "2026-11-24 11:22:49 +0000 UTC" or "2026-11-24T11:22:49Z", in seconds since 1970; 0 for a time that never was.
seconds() {
  local time=${1% UTC}
  case $time in 0001-*) echo 0 ;; *) date --date "$time" +%s ;; esac
}

# A container with its plain name, or with its number among the replicas, belongs to the deployment, also when it is stopped.
# One that was retired by a release has a longer suffix.
remove_containers() {
  local stopped id name service created finished
  stopped=$(docker ps --all --quiet --filter "label=$LABEL" --filter status=exited --filter status=created --filter status=dead)
  for id in $stopped; do
    IFS=$'\t' read -r name service created finished < <(
      docker inspect --format "{{.Name}}{{\"\\t\"}}{{index .Config.Labels \"$LABEL\"}}{{\"\\t\"}}{{.Created}}{{\"\\t\"}}{{.State.FinishedAt}}" "$id"
    ) || continue
    name=${name#/}
    # A label is text here, and no part of the pattern.
    [[ ! $name =~ ^"$CONTAINER_PREFIX$service"(-[2-9])?$ ]] || continue
    finished=$(seconds "$finished")
    # One that never ran has never finished either.
    [ "$finished" != 0 ] || finished=$(seconds "$created")
    [[ $finished =~ ^[0-9]{1,12}$ ]] || continue
    [ "$finished" -lt "$OLDEST" ] || continue
    # Without --volumes: an anonymous volume may hold data.
    if remove container "$name" "$id" docker rm "$id"; then containers_removed=$((containers_removed + 1)); fi
  done
}

# This system's images, one a line: time of its last tag, id, repository, tag. Newest first.
our_images() {
  local all id repository tag tagged created
  all=$(docker images --no-trunc --format '{{.ID}}\t{{.Repository}}\t{{.Tag}}') || return
  while IFS=$'\t' read -r id repository tag; do
    case $repository in "$REPOSITORY_PREFIX"*) ;; *) continue ;; esac
    IFS=$'\t' read -r tagged created < <(
      docker image inspect --format '{{.Metadata.LastTagTime}}{{"\t"}}{{.Created}}' "$id"
    ) || continue
    tagged=$(seconds "$tagged")
    [ "$tagged" != 0 ] || tagged=$(seconds "$created")
    printf '%s\t%s\t%s\t%s\n' "$tagged" "$id" "$repository" "$tag"
  done <<< "$all" | sort --numeric-sort --reverse
}

# Ids of the images of all good releases that are written down: a rollback can restore each of them.
images_of_releases() {
  local record
  for record in "$RELEASES"/*/release.json; do
    [ ! -e "$record" ] || jq -r 'select(.result == "good") | .images[].id' "$record"
  done
}

remove_images() {
  local images used needed time id repository tag name count
  local -A kept=()
  images=$(our_images)
  [ -n "$images" ] || return 0
  # Those that a dry run has named would be gone by now.
  used=$(docker ps --all --quiet | { grep -vxF "$(printf '%s\n' "${containers_gone[@]}")" || true; } |
    xargs --no-run-if-empty docker inspect --format '{{.Image}}')
  needed=$(images_of_releases)
  while IFS=$'\t' read -r time id repository tag; do
    name=$repository:$tag
    if [ "$tag" = "<none>" ]; then
      # Pulled by its digest. One whose tag has moved on has no repository either: nobody knows whose it is.
      name=$id
    else
      count=${kept[$repository]:-0}
      [[ $count =~ ^[0-9]{1,9}$ ]] || continue
      kept[$repository]=$((count + 1))
      [ "$count" -ge "$KEEP_TAGS" ] || continue
    fi
    [[ $time =~ ^[0-9]{1,12}$ ]] || continue
    [ "$time" -lt "$OLDEST" ] || continue
    case $used$needed in *"$id"*) continue ;; esac
    if remove image "$name" "$id" docker rmi "$name"; then images_removed=$((images_removed + 1)); fi
  done <<< "$images"
}

# The stages before the last one have no name, and are of use to the next build only. Their layers go with them.
remove_build_stages() {
  local stages id created
  stages=$(docker images --quiet --no-trunc --filter dangling=true --filter "label=$BUILD_LABEL")
  for id in $stages; do
    created=$(docker image inspect --format '{{.Created}}' "$id") || continue
    created=$(seconds "$created") || continue
    [[ $created =~ ^[0-9]{1,12}$ ]] || continue
    [ "$created" -lt "$OLDEST" ] || continue
    if remove "stage of a build" "$id" "$id" docker rmi "$id"; then images_removed=$((images_removed + 1)); fi
  done
}

remove_containers
remove_images
remove_build_stages
if [ "$failed" -gt 0 ]; then
  echo "$failed could not be removed, for the reasons above"
  exit 1
fi
if [ -z "$really" ]; then
  say_freed
  exit 0
fi
echo "$images_removed images and $containers_removed containers removed"
