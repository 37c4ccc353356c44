#!/usr/bin/env bash
# Looks whether the host can take the deployment, before anything on it changes. Every finding is reported
# at once, each with its mend.
set -euo pipefail

: "${IMAGES:?image references, separated by spaces}"
: "${LEAST_API:?lowest Docker API version, such as 1.44}"

findings=0
finding() {
  findings=$((findings + 1))
  echo "  - $*" >&2
}

# True when version $1 is at least version $2.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

check_docker() {
  local api
  if ! command -v docker > /dev/null; then
    finding "Docker is not installed on $(hostname). Expected Docker Engine 25 or later. Install it (Debian: apt-get install docker.io) and deploy again."
    return 1
  fi
  if ! api=$(docker version --format '{{.Server.APIVersion}}' 2>&1); then
    finding "$(id -un) cannot use Docker on $(hostname): $(tail -n 1 <<< "$api"). Expected a running engine and a login in the group docker. Try: sudo systemctl start docker; sudo usermod -aG docker $(id -un)."
    return 1
  fi
  if ! at_least "$api" "$LEAST_API"; then
    finding "Docker on $(hostname) speaks API $api. Expected $LEAST_API or later (Docker Engine 25). Upgrade Docker."
    return 1
  fi
}

check_image() {
  local image=$1 answer
  docker image inspect "$image" > /dev/null 2>&1 && return
  answer=$(docker pull --quiet "$image" 2>&1) && return
  finding "image $image is neither on $(hostname) nor can it be pulled: $(tail -n 1 <<< "$answer"). Expected an image that is there or can be had. Correct IMAGES or RELEASE, or build or load the image on the host."
}

if check_docker; then
  for image in $IMAGES; do
    check_image "$image"
  done
fi

if [ "$findings" -gt 0 ]; then
  echo "the host is not ready: $findings finding(s) above; nothing on it was changed" >&2
  exit 1
fi
echo "the host is ready"
