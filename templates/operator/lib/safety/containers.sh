# shellcheck shell=bash
# Containers of this system that a prune would remove.

# check_containers CONTAINERS
check_containers() {
  local container state standing finished
  standing=$(query jq/stopped-containers.jq -r <<< "$1")
  finished=$(query jq/finished-jobs.jq -r <<< "$1")
  while IFS=$'\t' read -r container state; do
    finding error containers "$container is $state: docker container prune would remove it, with its log" \
      "a running container" "emaintenance restart ${container#"$(config .project)"-}"
  done < <(lines_of "$standing")
  while IFS= read -r container; do
    finding notice containers "the finished job $container would go with a prune" "that it may: it keeps only its log" \
      "nothing: the next deploy runs it again"
  done < <(lines_of "$finished")
}
