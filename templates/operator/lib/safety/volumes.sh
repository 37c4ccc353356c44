# shellcheck shell=bash
# Volumes whose content could get lost.

# size_in FOLDER: bytes of its files, nothing for an empty folder, "?" where one may not look.
size_in() {
  local first
  if ! first=$(as_root find "$1" -mindepth 1 -print -quit); then
    echo '?'
  elif [ -n "$first" ]; then
    as_root du -s --block-size=1 "$1" | cut -f 1
  fi
}

# Volumes with names that Docker made up: what is in them belongs to no name, and goes with the container or a prune.
check_anonymous_volumes() {
  local name mountpoint users size
  docker volume ls --quiet | grep -E '^[0-9a-f]{64}$' | while IFS= read -r name; do
    mountpoint=$(docker volume inspect --format '{{.Mountpoint}}' "$name" 2> /dev/null) || continue
    size=$(size_in "$mountpoint")
    [ -n "$size" ] || continue
    [ "$size" = '?' ] && size='of a size that only root may see' || size="with $(query jq/bytes-in-words.jq -r <<< "$size")"
    users=$(docker ps --all --filter "volume=$name" --filter "label=$(config .labels.service)" --format '{{.Names}}' | paste -sd ' ')
    if [ -n "$users" ]; then
      finding error volumes "the data of $users is in an anonymous volume, $size" "a named volume" \
        "deploy again with the volume named; until then do not remove the container. Volume: $name"
    elif [ -z "$(docker ps --all --quiet --filter "volume=$name")" ]; then
      finding warning volumes "the anonymous volume ${name:0:12}..., $size, belongs to no container" "no data without an owner" \
        "look into $mountpoint, save what matters, then: docker volume rm $name"
    fi
  done || true
}

# Volumes of this system without a container: the next prune with --all would take them.
check_unused_volumes() {
  local name folder
  jq -r '.volumes[] | [.name, .folder // "-"] | @tsv' "$CONFIG" | while IFS=$'\t' read -r name folder; do
    docker volume inspect "$name" > /dev/null 2>&1 || continue
    [ -z "$(docker ps --all --quiet --filter "volume=$name")" ] || continue
    if [ "$folder" = - ]; then
      finding error volumes "no container uses the volume $name: docker volume prune --all would delete its data" \
        "a container that uses it" "do not prune; deploy again"
    else
      finding warning volumes "no container uses the volume $name: docker volume prune --all would remove it; its data in $folder would stay" \
        "a container that uses it" "do not prune; deploy again"
    fi
  done
}

check_volumes() {
  check_anonymous_volumes
  check_unused_volumes
}
