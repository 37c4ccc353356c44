# shellcheck shell=bash
# CPU, memory, disks.

# Docker refuses a container that may use more cores than there are.
check_cpu() {
  local cores
  cores=$(docker_info NCPU) || cores=$(nproc)
  if at_least "$cores" "$LARGEST_CPUS"; then
    ok cpu "$cores cores, of which one container may use $LARGEST_CPUS"
  else
    error cpu "$HOST_NAME has $cores cores, and a container may use $LARGEST_CPUS" "at least $LARGEST_CPUS" \
      "Use a larger VM, or lower limits.cpus of that container"
  fi
}

check_memory() {
  local total
  total=$(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' "$PROC/meminfo")
  [[ $total =~ ^[0-9]{1,15}$ ]] || total=0
  total=$((total / 1024))
  if [ "$total" -lt "$LEAST_MEMORY_MIB" ]; then
    error memory "$HOST_NAME has $(size "$total") of memory" "at least $(size "$LEAST_MEMORY_MIB")" "Use a larger VM"
  elif [ "$total" -lt "$MEMORY_LIMITS_MIB" ]; then
    warning memory "$HOST_NAME has $(size "$total") of memory, and all containers together may use $(size "$MEMORY_LIMITS_MIB")" \
      "no less than they may use" "Use a larger VM, or lower limits.memoryMiB"
  else
    ok memory "$(size "$total"), of which all containers together may use $(size "$MEMORY_LIMITS_MIB")"
  fi
}

# The folder itself, or the nearest one above it that is there.
existing() {
  local path=$1
  until [ -e "$path" ]; do path=${path%/*} path=${path:-/}; done
  echo "$path"
}

# Every file system once, whatever lies on it: this system's folder, its data, logs and backups, and Docker's.
check_disks() {
  local docker_root path mount seen=' ' folders=()
  [ -z "$FOLDER" ] || folders=("$FOLDER" "$FOLDER/data" "$FOLDER/logs" "$FOLDER/backups")
  docker_root=$(command -v docker > /dev/null && docker_info DockerRootDir) || docker_root=/var/lib/docker
  for path in "${folders[@]}" "$docker_root"; do
    # Docker's folder is closed to others than root.
    mount=$(df --output=target "$(existing "$path")" 2> /dev/null | tail -n 1) || continue
    [[ $seen != *" $mount "* ]] || continue
    seen+="$mount "
    check_disk "$path" "$mount"
  done
}

check_disk() {
  local path=$1 mount=$2 free inodes
  free=$(df --output=avail --block-size=1K "$mount" | tail -n 1)
  free=${free// /}
  [[ $free =~ ^[0-9]{1,15}$ ]] || free=0
  free=$((free / 1024))
  inodes=$(df --output=itotal,iavail "$mount" | tail -n 1)
  # A file system that makes inodes as it needs them has none to count.
  if [[ $inodes =~ ^\ *(0|-)\  ]]; then inodes=$LEAST_INODES; else inodes=${inodes##* }; fi
  [[ $inodes =~ ^[0-9]{1,15}$ ]] || inodes=0
  if [ "$free" -lt "$LEAST_DISK_MIB" ]; then
    error disk "$path has $(size "$free") of free disk space (on $mount)" "at least $(size "$LEAST_DISK_MIB")" \
      "See what fills it: df -h $mount; docker system df"
  elif [ "$inodes" -lt "$LEAST_INODES" ]; then
    error disk "$path has $inodes free inodes (on $mount)" "at least $LEAST_INODES" \
      "See what has so many files: du --inodes -x -d 2 $mount"
  elif [ "$free" -lt "$LOW_DISK_MIB" ]; then
    warning disk "$path has only $(size "$free") of free disk space (on $mount)" "$(size "$LOW_DISK_MIB")" \
      "See what fills it: df -h $mount; docker system df"
  else
    ok disk "$path has $(size "$free") and $inodes inodes free (on $mount)"
  fi
}
