#!/usr/bin/env bash
# Prepares a VM with a bare Debian or Ubuntu: Docker Engine, ufw, cron, logrotate and what the deployment's scripts need.
# On a host that has all of it, nothing is changed.
set -euo pipefail

: "${DOCKER_SOURCE:?distribution or docker}"
: "${DOCKER_REPOSITORY:?URL of the packages of Docker, such as https://download.docker.com}"
: "${LEAST_DOCKER:?lowest major version of Docker Engine}"
: "${SECURITY_UPDATES:?yes or no}"
DEPLOY_USER=${DEPLOY_USER:-}
read -ra more_packages <<< "${PACKAGES:-}"

export LC_ALL=C
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

changes=0
changed() {
  changes=$((changes + 1))
  echo "$*"
}

fail() {
  echo "$*" >&2
  exit 1
}

# <%~ include("shared/as-root.sh") %>

# Lays what comes in down as a file, unless it is there like that.
put() {
  local path=$1 mode=$2 text
  text=$(cat)
  if [ "$(as_root cat "$path" 2> /dev/null)" = "$text" ]; then return; fi
  printf '%s\n' "$text" | as_root install -D -m "$mode" /dev/stdin "$path"
  changed "wrote $path"
}

# ---- What is needed; nothing has changed yet where one of these fails. ----

require_sudo() {
  as_root true 2> /dev/null ||
    fail "$(id -un) may not use sudo without a password on $(hostname). Expected a login with passwordless sudo, or root. Add \"$(id -un) ALL=(ALL) NOPASSWD: ALL\" with visudo."
}

require_system() {
  # shellcheck source=/dev/null
  . /etc/os-release
  case "$ID $VERSION_ID" in
    "debian 12" | "debian 13" | "ubuntu 22.04" | "ubuntu 24.04") ;;
    *) fail "$(hostname) runs $PRETTY_NAME. Expected Debian 12 or 13, or Ubuntu 22.04 or 24.04. Install Docker Engine $LEAST_DOCKER or later, ufw, cron, logrotate, jq and curl by hand, and deploy prod alone." ;;
  esac
  [ -d /run/systemd/system ] ||
    fail "$(hostname) was not started by systemd. Expected a whole machine. Deploy to a VM."
}

# A cloud's VM still installs packages of its own when sshd answers already.
await_first_boot() {
  command -v cloud-init > /dev/null || return 0
  timeout 300 cloud-init status --wait > /dev/null 2>&1 || true
}

# ---- Packages. ----

listed=no
update_lists() {
  [ "$listed" = no ] || return 0
  as_root apt-get -qq -o DPkg::Lock::Timeout=300 update ||
    fail "apt-get update fails on $(hostname) (above). Expected package sources that answer. Correct /etc/apt/sources.list or the network, and deploy again."
  listed=yes
}

is_installed() { [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]; }

install_packages() {
  local package missing=()
  for package in "$@"; do is_installed "$package" || missing+=("$package"); done
  [ "${#missing[@]}" -gt 0 ] || return 0
  update_lists
  as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -qq -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold install "${missing[@]}" > /dev/null ||
    fail "apt-get install ${missing[*]} fails on $(hostname) (above). Expected packages of the distribution. Fix what apt-get says, and deploy again."
  changed "installed ${missing[*]}"
}

# ---- Docker Engine. ----

# 26 of 26.1.5+dfsg1-9, or of 5:26.1.5 as Docker's own packages have it.
major() {
  local version=${1#*:}
  version=${version%%[!0-9]*}
  echo "${version:-0}"
}

running_docker() { as_root docker version --format '{{.Server.Version}}' 2> /dev/null; }

# The version that the distribution would install, or 0.
distributions_docker() {
  local version
  version=$(apt-cache policy docker.io | sed -n 's/^ *Candidate: \([0-9].*\)/\1/p')
  major "${version:-0}"
}

install_docker() {
  local source=$DOCKER_SOURCE
  if command -v dockerd > /dev/null; then return; fi
  update_lists
  # shell-rules: allow major prints digits alone
  if [ "$source" = distribution ] && [ "$(distributions_docker)" -lt "$LEAST_DOCKER" ]; then
    echo "$PRETTY_NAME has no Docker Engine $LEAST_DOCKER or later: taking it from $DOCKER_REPOSITORY"
    source=docker
  fi
  case $source in
    distribution) install_distributions_docker ;;
    docker) install_dockers_docker ;;
    *) fail "dockerSource is $source. Expected distribution or docker." ;;
  esac
}

install_distributions_docker() {
  local packages=(docker.io)
  # Debian 13 has the client in a package of its own.
  if [ -n "$(apt-cache search --names-only '^docker-cli$')" ]; then packages+=(docker-cli); fi
  install_packages "${packages[@]}"
}

install_dockers_docker() {
  local key answer
  key=$(mktemp)
  answer=$(curl -fsSL --retry 3 --max-time 60 -o "$key" "$DOCKER_REPOSITORY/linux/$ID/gpg" 2>&1) ||
    fail "Docker's packages cannot be had from $DOCKER_REPOSITORY on $(hostname): $(tail -n 1 <<< "$answer"). Expected a way to that site, or a mirror of it as dockerRepository. Correct the network or the setting, and deploy again."
  put /etc/apt/keyrings/docker.asc 0644 < "$key"
  rm "$key"
  put /etc/apt/sources.list.d/docker.sources 0644 << END
Types: deb
URIs: $DOCKER_REPOSITORY/linux/$ID
Suites: $VERSION_CODENAME
Components: stable
Architectures: $(dpkg --print-architecture)
Signed-By: /etc/apt/keyrings/docker.asc
END
  listed=no
  install_packages docker-ce docker-ce-cli containerd.io
}

start_docker() {
  local version try
  systemctl is-enabled --quiet docker || as_root systemctl enable --quiet docker
  systemctl is-active --quiet docker || as_root systemctl start docker
  for try in $(seq 60); do
    if version=$(running_docker); then break; fi
    [ "$try" -lt 60 ] || fail "Docker Engine does not answer on $(hostname). Expected it to start. Look at journalctl -u docker, and deploy again."
    sleep 1
  done
  # shell-rules: allow major prints digits alone
  [ "$(major "$version")" -ge "$LEAST_DOCKER" ] ||
    fail "$(hostname) has Docker Engine $version. Expected $LEAST_DOCKER or later. Remove it (apt-get remove docker.io docker-ce), which keeps containers and volumes, and deploy again."
}

let_use_docker() {
  local login=$1
  if [ "$(id -u "$login")" -eq 0 ] || id -nG "$login" | grep -qw docker; then return; fi
  as_root usermod --append --groups docker "$login"
  changed "$login may use Docker"
}

# ---- The login that deploys. ----

make_deploy_user() {
  local home
  [ -n "$DEPLOY_USER" ] || return 0
  if ! id "$DEPLOY_USER" > /dev/null 2>&1; then
    # The services run as 1001, and their folders belong to it.
    as_root useradd --create-home --shell /bin/bash --key UID_MIN=1100 --key GID_MIN=1100 "$DEPLOY_USER" ||
      fail "the login $DEPLOY_USER cannot be made on $(hostname) (above). Expected a name that is free, among the groups too. Choose another deployUser, and deploy again."
    changed "made the login $DEPLOY_USER"
  fi
  let_use_docker "$DEPLOY_USER"
  put "/etc/sudoers.d/90-emaintenance-$DEPLOY_USER" 0440 <<< "$DEPLOY_USER ALL=(ALL:ALL) NOPASSWD: ALL"
  home=$(getent passwd "$DEPLOY_USER" | cut -d : -f 6)
  # Whoever may log in to bootstrap may log in to deploy.
  if ! as_root test -s "$home/.ssh/authorized_keys" && [ -s ~/.ssh/authorized_keys ]; then
    as_root install -d -m 0700 -o "$DEPLOY_USER" -g "$DEPLOY_USER" "$home/.ssh"
    as_root install -m 0600 -o "$DEPLOY_USER" -g "$DEPLOY_USER" /dev/stdin "$home/.ssh/authorized_keys" < ~/.ssh/authorized_keys
    changed "$DEPLOY_USER may log in with the keys of $(id -un)"
  fi
}

# ---- Updates and the clock. ----

update_by_itself() {
  [ "$SECURITY_UPDATES" = yes ] || return 0
  install_packages unattended-upgrades
  put /etc/apt/apt.conf.d/20auto-upgrades 0644 << 'END'
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
END
}

keep_time() {
  local service
  if systemd-detect-virt --container --quiet; then
    echo "warning: $(hostname) is a container, so its clock is its machine's: time synchronisation is left to that"
    return
  fi
  for service in chrony ntpsec ntp openntpd systemd-timesyncd; do
    if systemctl is-active --quiet "$service"; then break; fi
    service=
  done
  if [ -z "$service" ]; then
    install_packages systemd-timesyncd
    as_root systemctl enable --quiet --now systemd-timesyncd
  fi
  if [ "$(timedatectl show --property NTPSynchronized --value)" != yes ]; then
    echo "warning: the clock of $(hostname) is not synchronised yet. Expected a time server that answers: see timedatectl timesync-status, or chronyc sources."
  fi
}

main() {
  require_sudo
  require_system
  await_first_boot
  install_packages ca-certificates cron curl iptables jq logrotate ufw "${more_packages[@]}"
  install_docker
  start_docker
  let_use_docker "$(id -un)"
  make_deploy_user
  update_by_itself
  keep_time
  if [ "$changes" -eq 0 ]; then echo "the host was ready: nothing has changed"; fi
  echo "$(hostname) is a host: $PRETTY_NAME, Docker Engine $(running_docker)"
}

main
