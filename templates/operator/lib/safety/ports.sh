# shellcheck shell=bash
# Other containers on ports of this system: they answer in place of its services, or keep them from starting.

# Ports of the host that containers of others have, or will have when they start: port, name, state.
foreign_ports() {
  local ids
  mapfile -t ids < <(docker ps --all --quiet --no-trunc)
  [ ${#ids[@]} -gt 0 ] || return 0
  { docker inspect "${ids[@]}" 2> /dev/null || true; } | query jq/foreign-ports.jq -r
}

check_ports() {
  local port container state owner found
  found=$(foreign_ports | sort -u)
  while IFS=$'\t' read -r port container state; do
    owner=$(jq -r --arg port "$port" '[.services[] | select(.publish[].port == ($port | tonumber)) | .service][0] // ""' "$CONFIG")
    [ -n "$owner" ] || continue
    if [ "$state" = running ]; then
      finding error ports "the container $container, which is not this system's, has port $port of $owner" "that only $owner has it" \
        "stop it, or give it another port: docker stop $container"
    else
      finding warning ports "the container $container, which is not this system's and is $state, will want port $port of $owner" \
        "that only $owner has it" "give it another port, or: docker rm $container"
    fi
  done < <(lines_of "$found")
}
