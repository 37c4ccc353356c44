#!/usr/bin/env bash
# Makes ufw and the chain for Docker's published ports what the files in STAGING say.
set -euo pipefail

: "${STAGING:?folder of the uploaded files}"
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$STAGING/common.sh"

# ---- What is needed; nothing has changed yet where one of these fails. ----

require_programs() {
  local program
  for program in ufw iptables ip systemctl flock docker jq; do
    command -v "$program" > /dev/null ||
      fail "$program is not installed on $(hostname). Expected ufw, iptables, iproute2, systemd, util-linux, jq and Docker Engine. Run \`npx cdktf deploy bootstrap\`, or install it."
  done
}

require_docker_user() {
  local backend
  backend=$(docker info 2> /dev/null | sed -n 's/^ *Firewall Backend: *//p')
  case $backend in
    nftables*)
      fail "Docker on $(hostname) uses the firewall backend nftables, which has no chain DOCKER-USER: its published ports could not be filtered. Expected the backend iptables. Remove \"firewall-backend\" from /etc/docker/daemon.json, restart Docker, and deploy again."
      ;;
  esac
  iptables -w -C FORWARD -j DOCKER-USER 2> /dev/null ||
    fail "Docker on $(hostname) does not ask the chain DOCKER-USER: its published ports could not be filtered. Expected a running engine that manages iptables. Start Docker, remove \"iptables\": false from /etc/docker/daemon.json, restart Docker, and deploy again."
}

require_ufw_defaults() {
  if [ "$(setting /etc/default/ufw MANAGE_BUILTINS)" = yes ]; then
    fail "MANAGE_BUILTINS is yes in /etc/default/ufw on $(hostname): ufw would delete Docker's rules at each reload. Expected no. Set MANAGE_BUILTINS=no and deploy again."
  fi
}

# Nothing would be left of a file with a begin without an end.
require_whole_blocks() {
  local file
  for file in /etc/ufw/after.rules /etc/ufw/after6.rules; do
    [ "$(grep -c "^$BEGIN" "$file")" = "$(grep -c "^$END" "$file")" ] ||
      fail "$file on $(hostname) has a line \"$BEGIN\" or \"$END\" without its other one. Expected both or none. Remove what is left of the block and deploy again."
  done
}

find_interfaces() {
  local interface
  if [ -n "${PUBLIC_INTERFACES:-}" ]; then
    read -r -a interfaces <<< "$PUBLIC_INTERFACES"
  else
    mapfile -t interfaces < <({
      ip -4 -o route show default
      ip -6 -o route show default
    } 2> /dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p' | sort -u)
  fi
  [ "${#interfaces[@]}" -gt 0 ] ||
    fail "$(hostname) has no default route, so its public interface is not known. Expected one, or publicInterfaces among the firewall's settings, such as publicInterfaces: [\"eth0\"]."
  for interface in "${interfaces[@]}"; do
    # shell-rules: allow the names are only printed, and are the kernel's
    [ -e "/sys/class/net/$interface" ] ||
      fail "$(hostname) has no interface $interface. Expected one of: $(ls -x -w 0 /sys/class/net). Correct publicInterfaces and deploy again."
  done
}

# The bridges of the system's networks. Docker names them after the network, for as long as that is there.
find_bridges() {
  local networks network found id bridge
  read -r -a networks <<< "${NETWORKS:-}"
  [ "${#networks[@]}" -gt 0 ] ||
    fail "NETWORKS is empty: the networks of the system on $(hostname) are not known. Expected their names. Deploy again."
  for network in "${networks[@]}"; do
    found=$(docker network inspect --format '{{.Id}} {{with index .Options "com.docker.network.bridge.name"}}{{.}}{{else}}br-{{slice .Id 0 12}}{{end}}' "$network") ||
      fail "$(hostname) has no Docker network $network, although this system has made it. Expected nobody to remove it meanwhile. Deploy again."
    read -r id bridge <<< "$found"
    # shell-rules: allow a name that is no interface's ends here
    [[ $bridge =~ ^[A-Za-z0-9_.-]{1,15}$ && -e /sys/class/net/$bridge ]] ||
      fail "the Docker network $network on $(hostname) has no bridge $(printf '%q' "$bridge"): what leaves its containers could not be filtered. Expected a network with the driver bridge. Restart Docker, and deploy again."
    bridges+=("$bridge") network_ids+=("$id")
  done
}

# Where Docker's own name server asks on: those of the host, or those that the engine is set to. Loopback is asked by the engine.
find_name_servers() {
  local found server
  found=$({
    sed -n 's/^nameserver[[:space:]]\{1,\}\([0-9A-Fa-f.:]*\)[[:space:]]*$/\1/p' /etc/resolv.conf /run/systemd/resolve/resolv.conf 2> /dev/null
    jq -r '.dns // [] | .[]' /etc/docker/daemon.json 2> /dev/null
  } || true)
  while IFS= read -r server; do
    case $server in
      127.* | ::1 | '') ;;
      *:*) [[ ! $server =~ ^[0-9A-Fa-f:.]+$ ]] || name_servers6+=("$server") ;;
      *) [[ ! $server =~ ^[0-9]+(\.[0-9]+){3}$ ]] || name_servers+=("$server") ;;
    esac
  done < <(sort -u <<< "$found")
}

# ---- The rules of ufw. ----

wanted_rules() { sed -e '/^#/d' -e '/^ *$/d' -e "s/\bSSH_PORT\b/$SSH_PORT/" "$STAGING/ufw.rules"; }

# The operator's rule about the same as $1, if there is one.
foreign_about() {
  local rule
  while IFS= read -r rule; do
    if [ "$(subject <<< "$rule")" = "$1" ]; then
      printf '%s\n' "$rule"
      return
    fi
  done <<< "$foreign"
}

add_rule() {
  local rule=$1 theirs
  if grep -qxF -- "$rule" <<< "$own"; then return; fi
  theirs=$(foreign_about "$(subject <<< "$rule")")
  if [ -n "$theirs" ]; then
    # The operator has added it already: then it is the operator's, and stays when the deployment's go.
    if [ "$(verdict <<< "$theirs")" = "$(verdict <<< "$rule")" ]; then return; fi
    printf '%s\n' "$theirs" >> "$STATE/displaced"
    echo "ufw: \"$theirs\" gives way to \"$rule\" as long as this firewall is there"
  fi
  tell_ufw <<< "$rule comment $MARK"
}

drop_rule() {
  local rule=$1 displaced
  tell_ufw --force delete <<< "$rule"
  displaced=$(displaced_about "$(subject <<< "$rule")")
  if [ -n "$displaced" ]; then tell_ufw <<< "$displaced"; fi
}

displaced_about() {
  local rule
  [ -e "$STATE/displaced" ] || return 0
  while IFS= read -r rule; do
    if [ "$(subject <<< "$rule")" = "$1" ]; then printf '%s\n' "$rule"; fi
  done < "$STATE/displaced"
}

# New ones first: at no time is what was and stays allowed forbidden.
bring_rules_in_line() {
  local rule
  own=$(own_rules)
  foreign=$(foreign_rules)
  while IFS= read -r rule; do add_rule "$rule"; done < <(wanted_rules)
  while IFS= read -r rule; do
    if ! wanted_rules | grep -qxF -- "$rule"; then drop_rule "$rule"; fi
  done < <(own_rules)
}

set_defaults() {
  case $(setting /etc/default/ufw DEFAULT_INPUT_POLICY) in
    DROP | REJECT) ;;
    *) ufw default deny incoming > /dev/null ;;
  esac
  # Where it is no, ufw lets nothing of IPv6 in or out; where the kernel has none, there is nothing to filter.
  if ip_tables | grep -q ip6tables && [ "$(setting /etc/default/ufw IPV6)" != yes ]; then
    sed 's/^IPV6=.*/IPV6=yes/' /etc/default/ufw | replace /etc/default/ufw
  fi
}

# ---- The chains for Docker's published ports, and for what leaves containers. ----

# for_each WORD VALUE...: a rule with the word becomes as many rules as there are values.
for_each() {
  local word=$1 line value
  shift
  while IFS= read -r line; do
    case $line in
      -*"$word"*)
        for value in "$@"; do printf '%s\n' "${line//"$word"/"$value"}"; done
        ;;
      *) printf '%s\n' "$line" ;;
    esac
  done
}

# write_block FILE RULES TEST-WITH NAME-SERVER...
write_block() {
  local file=$1 rules=$2 test_with=$3 block=$STATE/block
  shift 3
  {
    echo "$BEGIN: written by the deployment, whole. Changes here are lost."
    for_each PUBLIC_INTERFACE "${interfaces[@]}" < "$rules" | for_each SYSTEM_BRIDGE "${bridges[@]}" | for_each NAME_SERVER "$@"
    echo "$END"
  } > "$block"
  "$test_with" --test --noflush "$block" ||
    fail "$test_with on $(hostname) refuses the rules for what Docker forwards (above). Expected a kernel with the match conntrack. The rules are in $rules."
  {
    without_block "$file"
    cat "$block"
  } | replace "$file"
  rm "$block"
}

# ---- The order of it. ----

install_parts() {
  local name
  install -d -m 0755 /usr/local/lib/emaintenance "$LIBRARY"
  install -d -m 0755 /var/lib/emaintenance
  for name in common.sh keep.sh revert.sh jump.sh take-away.sh; do
    install -m 0644 "$STAGING/$name" "$LIBRARY/$name"
  done
  for name in "$REVERT.service" "$REVERT.timer" "$JUMP.service"; do
    install -m 0644 "$STAGING/$name" "$UNITS/$name"
  done
  systemctl daemon-reload
}

warn_of_lock_out() {
  local own
  own=$(wanted_rules | sed -nE 's/^allow ([0-9]+)$/\1/p; s/^allow from .* port ([0-9]+) proto tcp$/\1/p')
  if [ -n "$SSH_PORT" ] && ! grep -qxF -- "$SSH_PORT" <<< "$own"; then
    echo "warning: this login came in by port $SSH_PORT, which the new rules do not let in"
  fi
}

take_back() {
  trap - EXIT
  echo "the firewall could not be put in place (above): taking it back" >&2
  restore "$STATE/previous"
  disarm
  exit 1
}

main() {
  bridges=() network_ids=() name_servers=() name_servers6=()
  require_programs
  require_docker_user
  require_ufw_defaults
  require_whole_blocks
  find_interfaces
  find_bridges
  find_name_servers
  if [ -z "${SSH_PORT:-}" ] && grep -q SSH_PORT <(sed '/^#/d' "$STAGING/ufw.rules"); then
    fail "the port of sshd on $(hostname) is not known: this is no SSH connection. Expected one, or sshPorts among the firewall's settings."
  fi

  lock
  install_parts
  [ -d "$STATE/original" ] || snapshot "$STATE/original"
  snapshot "$STATE/previous"
  rm -f "$STATE/reverted"
  arm
  trap take_back EXIT

  bring_rules_in_line
  set_defaults
  write_block /etc/ufw/after.rules "$STAGING/docker-user.rules" iptables-restore "${name_servers[@]}"
  if ip_tables | grep -q ip6tables; then
    write_block /etc/ufw/after6.rules "$STAGING/docker-user6.rules" ip6tables-restore "${name_servers6[@]}"
  fi
  warn_of_lock_out
  printf 'ssh_port=%s\nclient=%s\nlock=%s\n' "${SSH_PORT:-}" "${SSH_CLIENT_ADDRESS:-}" "${LOCK:-}" > "$STATE/asked-by"

  systemctl enable --quiet ufw
  if ufw_is_on; then ufw reload > /dev/null; else ufw --force enable > /dev/null; fi
  systemctl enable --quiet "$JUMP.service"
  systemctl restart "$JUMP.service"

  printf '%s\n' "${network_ids[*]}" > "$FILTERED.new"
  chmod 0644 "$FILTERED.new"
  mv "$FILTERED.new" "$FILTERED"

  # The work itself may have taken a while on a busy machine: the time for a new connection starts now.
  arm
  trap - EXIT
  echo "the firewall is in place on ${interfaces[*]}, and is taken back unless a new connection comes through it"
}

main
