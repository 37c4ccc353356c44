# shellcheck shell=bash
# Limits how many processes and threads a container has at a time. Terraform's provider cannot; Docker keeps it with the container,
# over restarts and reboots.

# limit_processes ID COUNT: the container runs or does not yet.
limit_processes() {
  local id=$1 count=$2 now
  [[ $count =~ ^[0-9]{1,7}$ ]] || { echo "the process limit of $id is \"$count\". Expected a whole number." >&2 && return 1; }
  now=$(docker inspect --format '{{.HostConfig.PidsLimit}}' "$id") || return 1
  [ "$now" = "$count" ] || docker update --pids-limit "$count" "$id" > /dev/null
}

# limit_all WORD...: words ID=COUNT.
limit_all() {
  local word
  for word in "$@"; do limit_processes "${word%%=*}" "${word#*=}"; done
}
