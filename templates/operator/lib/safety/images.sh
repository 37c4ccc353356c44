# shellcheck shell=bash
# Images: what a rollback to the last release needs.

# repositories IMAGE-ID: names without tags that the image has.
repositories() {
  docker image inspect --format '{{range .RepoTags}}{{println .}}{{end}}' "$1" 2> /dev/null | sed -n 's/:[^:/]*$//p' | sort -u
}

# Ids of images of this repository that no container uses.
unused_images() {
  local id
  docker image ls --quiet --no-trunc --filter "reference=$1" | sort -u | while IFS= read -r id; do
    [ -n "$(docker ps --all --quiet --filter "ancestor=$id")" ] || echo "$id"
  done
}

# check_images CONTAINERS
check_images() {
  local service id repository unused found alone=() kept=0
  found=$(query jq/deployed-images.jq -r <<< "$1")
  while IFS=$'\t' read -r service id; do
    repository=$(repositories "$id" | sed -n 1p)
    unused=$([ -z "$repository" ] || unused_images "$repository")
    if [ -z "$repository" ]; then
      finding warning images "the image of $service has no name any more" "a name, by which a deploy finds it" \
        "deploy again, or give it one: docker tag ${id#sha256:} NAME:TAG"
    elif [ -z "$unused" ]; then
      alone+=("$service")
    else
      kept=$((kept + $(wc -l <<< "$unused")))
    fi
  done < <(lines_of "$found")

  if [ ${#alone[@]} -gt 0 ]; then
    finding warning images "only one image is here of ${alone[*]}: there is no earlier release for a rollback" \
      "the image of the last good release" "keep it at the next release; after the very first deploy there is none yet"
  fi
  if [ "$kept" -gt 0 ]; then
    finding notice images "docker image prune --all would remove $kept image(s) of earlier releases" "that they stay, for a rollback" \
      "do not prune with --all"
  fi
}
