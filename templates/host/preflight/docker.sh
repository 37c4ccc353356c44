# shellcheck shell=bash
# The Docker Engine and what it has found in the kernel.

docker_answer() { timeout "$ANSWER_SECONDS" docker "$@"; }

# Fails if nothing more can be asked of Docker.
check_docker() {
  local answer version api
  if ! command -v docker > /dev/null; then
    error docker "Docker is not installed on $HOST_NAME" "Docker Engine 25 or later" \
      "Run \`npx cdktf deploy bootstrap\`, or install it (Debian 13: apt-get install docker.io)"
    return 1
  fi
  if ! answer=$(docker_answer version --format '{{.Server.Version}} {{.Server.APIVersion}}' 2> /dev/null); then
    check_docker_access
    return 1
  fi
  read -r version api <<< "$answer"
  if ! at_least "$api" "$LEAST_DOCKER_API"; then
    error docker "Docker Engine $version on $HOST_NAME speaks API $api" "$LEAST_DOCKER_API or later (Docker Engine 25)" \
      "Upgrade Docker"
  elif [ "$(systemctl is-enabled docker 2> /dev/null)" = disabled ]; then
    warning docker "Docker Engine $version, API $api, which a reboot does not start" "a service that is enabled" \
      "On the host: systemctl enable docker"
  else
    ok docker "Docker Engine $version, API $api"
  fi
}

# Why the engine does not answer: it is down, or this login may not ask.
check_docker_access() {
  local words
  words=$(last_words docker_answer version)
  case "$(id -u) $(id -nG)" in
    '0 '* | *' docker' | *' docker '*)
      error docker "the Docker Engine on $HOST_NAME does not answer: $words" "a running engine" \
        "On the host: systemctl start docker; journalctl -u docker"
      ;;
    *)
      error 'group docker' "$LOGIN is not in the group docker on $HOST_NAME: $words" "a login in the group docker, or root" \
        "On the host: usermod -aG docker $LOGIN"
      ;;
  esac
}

# docker_info FIELD: a field of `docker info`, by its name in Go.
docker_info() { docker_answer info --format "{{.$1}}" 2> /dev/null; }

check_storage_driver() {
  local driver
  driver=$(docker_info Driver) || driver=unknown
  case $driver in
    overlay2 | overlayfs | btrfs | zfs) ok storage "storage driver $driver" ;;
    *)
      warning storage "storage driver $driver, which is slow or no longer maintained" "overlay2" \
        "Set \"storage-driver\": \"overlay2\" in /etc/docker/daemon.json; images have to be pulled again"
      ;;
  esac
}

# The rules that close all ports but one are in the chain DOCKER-USER, which only the iptables backend has.
check_firewall_backend() {
  local backend words
  # Engines before 29 know no other backend, and no such field.
  backend=$(docker_info 'FirewallBackend.Driver') || backend=iptables
  if [[ $backend == nftables* ]]; then
    error firewall "the Docker Engine on $HOST_NAME keeps its rules in nftables, and has no chain DOCKER-USER" \
      "the backend iptables" "Remove \"firewall-backend\" from /etc/docker/daemon.json and restart Docker"
  elif ! as_root true 2> /dev/null; then
    warning firewall "whether there is a chain DOCKER-USER on $HOST_NAME cannot be seen without sudo" \
      "root, or a login with passwordless sudo" "See above"
  elif words=$(as_root iptables --wait --numeric --list DOCKER-USER 2>&1); then
    ok firewall "iptables, with the chain DOCKER-USER"
  else
    error firewall "there is no chain DOCKER-USER on $HOST_NAME: $(tail -n 1 <<< "$words")" \
      "a Docker Engine that keeps its rules with iptables" \
      "Remove \"iptables\": false from /etc/docker/daemon.json, install iptables, and restart Docker"
  fi
}

check_kernel() {
  local missing=''
  [ "$(docker_info MemoryLimit)" != false ] || missing+=' memory'
  [ "$(docker_info CPUCfsQuota)" != false ] || missing+=' cpu'
  [ "$(docker_info PidsLimit)" != false ] || missing+=' pids'
  if [ -n "$missing" ]; then
    error kernel "the kernel of $HOST_NAME cannot limit:$missing" "the cgroup controllers memory, cpu and pids" \
      "Add cgroup_enable=memory to the kernel's command line and reboot, or use a kernel of the distribution"
  elif ! grep -qw overlay "$PROC/filesystems" && ! modprobe --dry-run --quiet overlay; then
    error kernel "the kernel of $HOST_NAME has no overlay file system" "a kernel with overlay" \
      "Use a kernel of the distribution"
  elif [ "$(docker_info SwapLimit)" = false ]; then
    warning kernel "the kernel of $HOST_NAME does not limit swap, so that a container may fill it" \
      "swap accounting" "Add swapaccount=1 to the kernel's command line and reboot, or use no swap"
  else
    ok kernel "limits memory, swap, CPU and processes; overlay"
  fi
}
