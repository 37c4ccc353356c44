#!/usr/bin/env bash
# The cutover: brings ready containers into use. Every step may be repeated, and after each of them every request is answered: by the
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
# <%~ include("shared/failed-deploy.sh") %>

say() { echo "cutover: $*" 2> /dev/null || true; }

fail() {
  echo "cutover: $*" >&2
  exit 1
}

# Name under which the network knows the containers that one deployment has made for a service. It is part of the host name,
# which no renaming changes.
alias_of() {
  local service=$1 name=$2 id=$3 host
  host=$(docker inspect --format '{{.Config.Hostname}}' "$id")
  [[ $host == "$name"-* ]] || fail "the container ${id:0:12} has the host name $host, not $name-…: it was not made by a deployment"
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

# Addresses of the containers that get all new requests, as the kernel writes them; one a line.
addresses_in_use() {
  local word ip
  for word in $CONTAINERS; do
    while read -r ip; do
      [ -z "$ip" ] || kernel_address "$ip"
    done < <(docker inspect --format '{{range .NetworkSettings.Networks}}{{println .IPAddress}}{{end}}' "${word##*=}")
  done
}

# Connections of the gateway that are open to a port of a service, at an address where no container of this release is: also
# to a replica that is no longer configured, or to what a run that was killed did not wait for. Those of clients end at a
# port that the gateway listens on.
open_connections() {
  local ports
  ports=$(for word in $CONTAINERS; do upstream=${word%%=*} && printf '%04X ' "${upstream##*:}"; done)
  docker exec "$GATEWAY" cat /proc/net/tcp 2> /dev/null |
    awk -v in_use="$1" -v ports="$ports" 'BEGIN {
        n = split(in_use, list); for (i = 1; i <= n; i++) current[list[i]]
        n = split(ports, list); for (i = 1; i <= n; i++) service[list[i]]
      }
      { split($2, own, ":"); split($3, remote, ":") }
      $4 == "0A" { listens[own[2]] }
      ($4 == "01" || $4 == "02") && !(own[2] in listens) && (remote[2] in service) && !(remote[1] in current)'
}

# Waits for requests that old containers are answering. Twice none, as one may just be on its way; where nothing was renamed,
# nobody sends one there any more.
drain() {
  local renamed=$1 end=$((SECONDS + DRAIN_SECONDS)) in_use quiet=0 open
  in_use=$(addresses_in_use)
  while [ "$quiet" -lt 2 ]; do
    open=$(open_connections "$in_use" || true)
    if [ -z "$open" ]; then quiet=$((quiet + 1)); else quiet=0; fi
    if [ "$quiet" -eq 1 ] && [ -z "$renamed" ]; then return; fi
    if [ "$SECONDS" -ge "$end" ]; then
      [ -z "$open" ] || say "$(wc -l <<< "$open") requests are still being answered by old containers after $DRAIN_SECONDS s"
      return
    fi
    sleep 0.5
  done
}

# 172.18.0.5 as 050012AC
kernel_address() { awk -F. '{ printf "%02X%02X%02X%02X\n", $4, $3, $2, $1 }' <<< "$1"; }

exec 9> "$FOLDER/.switch.lock"
flock --wait 120 9 || fail "another cutover has been busy in $FOLDER for two minutes. Expected one at a time. Later: npx cdktf deploy prod"
touch --no-create "$LOCK" 2> /dev/null || true

declare -A chosen=() before=()
for word in $CONTAINERS; do
  IFS='=' read -r upstream name id <<< "$word"
  address=$(alias_of "${upstream%:*}" "$name" "$id")
  if [ -n "${chosen[$upstream]-}" ] && [ "${chosen[$upstream]}" != "$address" ]; then
    say "$name was made by another deployment than the other replicas, and gets no requests before the next change of ${upstream%:*}"
  else
    chosen[$upstream]=$address
  fi
  before[$name]=$(docker inspect --format '{{.Id}}' "$name" 2> /dev/null || true)
done

for upstream in "${!chosen[@]}"; do lead "$upstream" "${chosen[$upstream]}"; done

renamed=''
for word in $CONTAINERS; do
  IFS='=' read -r _ name id <<< "$word"
  [ "${before[$name]}" != "$id" ] || continue
  [ -z "${before[$name]}" ] || renamed=yes
  give_name "$name" "$id" "${before[$name]}"
  say "$name is now ${id:0:12}"
done
drain "$renamed"
forget_addresses
say "all requests go to the containers of this release"
