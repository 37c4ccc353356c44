#!/usr/bin/env bash
# Brings proven containers into use. Every step may be repeated, and after each of them every request is answered: by the
# old containers or by the new ones.
set -euo pipefail

: "${CONTAINERS:?words UPSTREAM=NAME=ID, such as user-service:3001=emaintenance-user-service=0123…}"
: "${FOLDER:?folder of the configuration of the gateway}"
: "${GATEWAY:?name of the container of the gateway}"
: "${LOCK:?file that says who deploys}"
: "${DRAIN_SECONDS:=30}"

readonly SOCKET=/var/run/docker.sock

# The connection may be cut between two lines; what has begun is brought to its end.
trap '' HUP PIPE TERM

say() { echo "switch: $*" 2> /dev/null || true; }

fail() {
  echo "switch: $*" >&2
  exit 1
}

# Name under which the network knows the containers that one deployment has made for a service. It is part of the host name,
# which no renaming changes.
alias_of() {
  local service=$1 name=$2 id=$3 host
  host=$(docker inspect --format '{{.Config.Hostname}}' "$id")
  [[ $host == "$name"-* ]] || fail "the container ${id:0:12} has the host name $host, not $name-…: it is none of a deployment"
  echo "$service-${host#"$name"-}"
}

# lead UPSTREAM ALIAS: from here on, the gateway sends what is for UPSTREAM to ALIAS.
lead() {
  local port=${1##*:}
  mkdir -p "$FOLDER/upstreams" "$FOLDER/addresses/$2:$port"
  ln -sfn "../addresses/$2:$port" "$FOLDER/upstreams/.new"
  mv -fT "$FOLDER/upstreams/.new" "$FOLDER/upstreams/$1"
}

# Addresses that no upstream leads to any more.
forget_addresses() {
  local folder
  for folder in "$FOLDER"/addresses/*; do
    find "$FOLDER/upstreams" -type l -lname "*/${folder##*/}" | grep -q . || rmdir "$folder"
  done
}

# give_name NAME ID OLD-ID: both renamings in one connection, so that the name is missing for a millisecond only.
give_name() {
  local name=$1 id=$2 old=$3
  if [ -z "$old" ]; then
    docker rename "$id" "$name"
  elif [ -w $SOCKET ]; then
    curl --silent --show-error --fail --unix-socket $SOCKET --request POST "http://engine/containers/$old/rename?name=$name-${old:0:12}" \
      --next --silent --show-error --fail --unix-socket $SOCKET --request POST "http://engine/containers/$id/rename?name=$name"
  else
    docker rename "$old" "$name-${old:0:12}"
    docker rename "$id" "$name"
  fi
}

# Connections of the gateway that are open to one of these addresses (as the kernel writes them), one a line.
open_connections() {
  docker exec "$GATEWAY" cat /proc/net/tcp 2> /dev/null |
    awk -v addresses="$*" 'BEGIN { n = split(addresses, list); for (i = 1; i <= n; i++) old[list[i]] }
      { split($3, remote, ":") } (remote[1] in old) && ($4 == "01" || $4 == "02")'
}

# Waits for requests that old containers are answering. Twice none, as one may just be on its way.
drain() {
  local end=$((SECONDS + DRAIN_SECONDS)) quiet=0 open
  while [ "$quiet" -lt 2 ]; do
    open=$(open_connections "$@" || true)
    if [ -z "$open" ]; then quiet=$((quiet + 1)); else quiet=0; fi
    if [ "$SECONDS" -ge "$end" ]; then
      say "$(wc -l <<< "$open") requests are still being answered by old containers after $DRAIN_SECONDS s"
      return
    fi
    sleep 0.5
  done
}

# 172.18.0.5 as 050012AC
kernel_address() { awk -F. '{ printf "%02X%02X%02X%02X", $4, $3, $2, $1 }' <<< "$1"; }

exec 9> "$FOLDER/.switch.lock"
flock --wait 120 9 || fail "another switch has been busy in $FOLDER for two minutes. Expected one at a time. Later: npx cdktf deploy prod"
touch --no-create "$LOCK" 2> /dev/null || true

declare -A chosen=() before=()
for word in $CONTAINERS; do
  IFS='=' read -r upstream name id <<< "$word"
  address=$(alias_of "${upstream%:*}" "$name" "$id")
  if [ -n "${chosen[$upstream]-}" ] && [ "${chosen[$upstream]}" != "$address" ]; then
    say "$name was made by another deployment than its equals, and gets no requests before the next change of ${upstream%:*}"
  else
    chosen[$upstream]=$address
  fi
  before[$name]=$(docker inspect --format '{{.Id}}' "$name" 2> /dev/null || true)
done

for upstream in "${!chosen[@]}"; do lead "$upstream" "${chosen[$upstream]}"; done

old=()
for word in $CONTAINERS; do
  IFS='=' read -r _ name id <<< "$word"
  [ "${before[$name]}" != "$id" ] || continue
  [ -z "${before[$name]}" ] || while read -r ip; do
    [ -z "$ip" ] || old+=("$(kernel_address "$ip")")
  done < <(docker inspect --format '{{range .NetworkSettings.Networks}}{{println .IPAddress}}{{end}}' "${before[$name]}")
  give_name "$name" "$id" "${before[$name]}"
  say "$name is now ${id:0:12}"
done
[ ${#old[@]} -eq 0 ] || drain "${old[@]}"
forget_addresses
say "all requests go to the containers of this release"
