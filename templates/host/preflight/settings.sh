# shellcheck shell=bash
# What the host is measured by. Every value comes with the deployment; see the props of the construct Preflight.

: "${LABEL:?label of the containers of this system, such as emaintenance.service}"
: "${SERVICE_UID:?user and group id of the services}"
: "${SERVICE_ACCOUNT:?name of the account that keeps that id}"
: "${IMAGES:?image references, separated by spaces}"
: "${LEAST_DOCKER_API:?lowest Docker API version, such as 1.44}"
: "${LARGEST_CPUS:?cores of the largest container, such as 1.0}"
: "${MEMORY_LIMITS_MIB:?sum of the limits of all containers}"
: "${LEAST_MEMORY_MIB:?memory below which nothing is deployed}"
: "${LEAST_DISK_MIB:?free disk space below which nothing is deployed}"
: "${LOW_DISK_MIB:?free disk space below which a warning is due}"
: "${LEAST_INODES:?free inodes below which nothing is deployed}"
: "${MAX_CLOCK_SECONDS:?seconds by which the clock may be wrong}"
: "${ARCHITECTURES:?machine names as uname prints them, separated by spaces}"

# Folder of the system; empty: only Docker's own file system is measured.
FOLDER=${FOLDER:-}
# Addresses with ports that containers will publish, such as 127.0.0.1:3000 or [::]:3030, separated by spaces.
PORTS=${PORTS:-}
# Registries that the deployment logs in to by itself, separated by spaces.
REGISTRIES_WITH_LOGIN=${REGISTRIES_WITH_LOGIN:-}
# Programs that the host components need, separated by spaces.
PROGRAMS=${PROGRAMS:-}
# The time where the deploy was started, in RFC 3339; empty: the clock is not compared.
EXPECTED_TIME=${EXPECTED_TIME:-}
# Seconds after which a question to Docker or a registry counts as unanswered.
ANSWER_SECONDS=${ANSWER_SECONDS:-20}
PULL_SECONDS=${PULL_SECONDS:-900}
# Where the kernel tells about itself.
PROC=${PROC:-/proc}
OS_RELEASE=${OS_RELEASE:-/etc/os-release}

# shellcheck disable=SC2034 # The checks use both.
LOGIN=$(id -un) HOST_NAME=$(hostname)
