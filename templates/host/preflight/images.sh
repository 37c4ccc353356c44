# shellcheck shell=bash
# The images of the release: on the host, or to be had.

absent_images=()

# Whether the deployment itself logs in to the registry of an image; the host has no login.
has_login() {
  local registry=${1%%/*}
  # As the Docker provider finds the login: it takes the first part of a name with two slashes for a registry, dot or not.
  case $1 in
    */*/* | *[.:]*/* | localhost/*) ;;
    *) registry="registry-1.docker.io" ;;
  esac
  case " $REGISTRIES_WITH_LOGIN " in *" $registry "*) ;; *) return 1 ;; esac
}

check_images() {
  local image built_for server before=$ERRORS present=0 left=0
  server=$(docker_answer version --format '{{.Server.Arch}}')
  for image in $IMAGES; do
    if built_for=$(docker_answer image inspect --format '{{.Architecture}}' "$image" 2> /dev/null); then
      present=$((present + 1))
      [ "$built_for" = "$server" ] ||
        error image "$image is built for $built_for, and $HOST_NAME is $server" "an image for $server" \
          "Build it with --platform linux/$server"
    elif has_login "$image"; then
      left=$((left + 1))
    elif docker_answer manifest inspect "$image" > /dev/null 2>&1; then
      absent_images+=("$image")
    else
      # What only the engine can reach (a registry without TLS, a mirror) is found out by the pull itself.
      pull_image "$image" || true
    fi
  done
  [ "$ERRORS" -gt "$before" ] || ok images \
    "$present on the host, ${#absent_images[@]} can be pulled$([ "$left" -eq 0 ] || echo ", $left are left to the login in REGISTRIES")"
}

pull_image() {
  local image=$1 answer
  if ! answer=$(timeout "$PULL_SECONDS" docker pull --quiet "$image" 2>&1); then
    error image "$image is neither on $HOST_NAME nor can it be pulled: $(tail -n 1 <<< "$answer")" \
      "an image that is there or can be had" \
      "Correct IMAGES or RELEASE, give the registry's login in REGISTRIES, or build or load the image on the host"
    return 1
  fi
}

pull_images() {
  local image
  for image in "${absent_images[@]}"; do
    pull_image "$image" || true
  done
}
