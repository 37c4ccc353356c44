# shellcheck shell=bash
# The host's own state: disks, memory, load.

# Folders whose disks matter, one a line.
watched_paths() {
  local docker_root
  docker_root=$(docker info --format '{{.DockerRootDir}}' 2> /dev/null) || docker_root=''
  printf '%s\n' / "$docker_root" "$(config .root)" | while IFS= read -r path; do
    if [ -n "$path" ] && [ -e "$path" ]; then echo "$path"; fi
  done
}

# Each disk once: mount point, size, free, percent used of room and of inodes.
disks() {
  local paths
  mapfile -t paths < <(watched_paths)
  df --output=target,size,avail,pcent,ipcent --block-size=1 "${paths[@]}" | tail -n +2 | sort -u |
    query jq/disk.jq -cR |
    jq -cs .
}

host_facts() {
  query jq/host.jq -nc --arg name "$(hostname)" --arg cpus "$(nproc)" --argjson disks "$(disks)" \
    --rawfile memory /proc/meminfo --rawfile load /proc/loadavg --rawfile uptime /proc/uptime
}

# What each running container uses, by its id: docker stats, which measures for a second or two. Input: the containers.
usage_by_id() {
  local ids
  mapfile -t ids < <(jq -r '.[] | select(.state == "running") | .id')
  if [ ${#ids[@]} -eq 0 ]; then
    echo '{}'
    return
  fi
  { docker stats --no-stream --no-trunc --format '{{json .}}' "${ids[@]}" 2> /dev/null || true; } |
    query jq/usage.jq -cs
}
