# shellcheck shell=bash
# Ports of the host: free, or held by this system's containers, which the deploy replaces.

check_ports() {
  local port ports own listening before=$ERRORS
  [ -n "$PORTS" ] || return 0
  if ! listening=$(ss -Hltn); then
    warning ports "the ports in use cannot be listed, as there is no ss on $HOST_NAME" "the program ss" \
      "Install iproute2"
    return
  fi
  ports=$(published_ports)
  own=$(published_by_us)
  for port in $ports; do
    check_port "$port" "$listening" "$own"
  done
  [ "$ERRORS" -gt "$before" ] || ok ports "$(paste -sd ' ' <<< "$ports") are free, or held by this system"
}

published_ports() {
  local address
  for address in $PORTS; do echo "${address##*:}"; done | sort -nu
}

# Ports of this system's containers, each as `:3000->`. Docker writes neighbours as a range, `127.0.0.1:3000-3003->3000-3003/tcp`.
published_by_us() {
  local mappings first last
  command -v docker > /dev/null || return 0
  mappings=$(docker_answer ps --filter "label=$LABEL" --format '{{.Ports}}' 2> /dev/null) || return 0
  while [[ $mappings =~ :([0-9]+)(-([0-9]+))?'->'(.*) ]]; do
    first=${BASH_REMATCH[1]} last=${BASH_REMATCH[3]:-${BASH_REMATCH[1]}} mappings=${BASH_REMATCH[4]}
    for ((; first <= last; first++)); do echo ":$first->"; done
  done
}

check_port() {
  local port=$1 listening=$2 own=$3 local_address
  [[ $own != *":$port->"* ]] || return 0
  while read -r _ _ _ local_address _; do
    if [ "${local_address##*:}" = "$port" ] && wanted "$local_address"; then
      error "port $port" "$local_address is used by $(holder "$port")" "a port that is free" \
        "End that program, or give this system's container another port"
      return
    fi
  done <<< "$listening"
}

# wanted LISTENER: true if it occupies an address that this system's containers need at its port.
wanted() {
  local listener=${1%:*} port=${1##*:} address
  # ss writes the interface behind some addresses.
  listener=${listener%%%*}
  for address in $PORTS; do
    if [ "${address##*:}" = "$port" ] && overlap "$listener" "${address%:*}"; then return 0; fi
  done
  return 1
}

# True if nobody can listen on one address while another program listens on the other. `*` means both families.
overlap() {
  local one=$1 other=$2
  if [ "$one" = '*' ] || [ "$one" = "$other" ]; then return 0; fi
  [ "$(family "$one")" = "$(family "$other")" ] || return 1
  case $one$other in *0.0.0.0* | *'[::]'*) return 0 ;; *) return 1 ;; esac
}

family() { case $1 in '['*) echo IPv6 ;; *) echo IPv4 ;; esac; }

# Who listens, in words.
holder() {
  local port=$1 container line
  if command -v docker > /dev/null; then
    container=$(docker_answer ps --filter "publish=$port" --format '{{.Names}}' 2> /dev/null | head -n 1) || container=''
    if [ -n "$container" ]; then
      echo "the container $container"
      return
    fi
  fi
  line=$(as_root ss -Hltnp "sport = :$port" 2> /dev/null | head -n 1) || line=''
  if [[ $line =~ users:\(\(\"([^\"]+)\",pid=([0-9]+) ]]; then
    echo "${BASH_REMATCH[1]} (process ${BASH_REMATCH[2]})"
  else
    echo "another program"
  fi
}
