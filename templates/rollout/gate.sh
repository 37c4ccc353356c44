#!/usr/bin/env bash
# Waits until the new containers of a service are healthy, and answer over the network. Ends at once where one never will be,
# and says why: the old ones go on serving. Runs behind untrusted.sh and process-limit.sh.
set -euo pipefail

: "${SERVICE:?name of the service}"
: "${PORT:?port on which it answers, in its containers}"
: "${CONTAINERS:?words NAME=ID: its new containers, and the names that they will have when they serve}"
: "${PIDS:?processes and threads that each of them may have}"
: "${LIMIT_SECONDS:?seconds within which they must become healthy}"
: "${NETWORK:?network on which the gateway asks them}"
: "${LOCK:?file that says who deploys}"

# <%~ include("shared/failed-deploy.sh") %>

# A program may need a second try, when what it needs has only just started. More of them are a loop.
readonly MOST_RESTARTS=3
readonly LOG_LINES=25
# One request over the network.
readonly REQUEST_SECONDS=5
# How long a container that calls itself healthy may leave such requests without a good answer.
NETWORK_SECONDS=${NETWORK_SECONDS:-10}

# Path that answers 200 when the service is well. Without one, that the port takes a connection is enough.
HEALTH_PATH=${HEALTH_PATH-}
began=$SECONDS

name_of() { docker inspect --format '{{slice .Name 1}}' "$1"; }

# What the health check said last, on one line.
health_words() {
  docker inspect --format '{{with .State.Health}}{{range .Log}}{{printf "%s\x00" .Output}}{{end}}{{end}}' "$1" |
    tr '\n\0' ' \n' | sed '/^ *$/d; s/ *$//' | tail -n 1 | printable_lines
}

# Whether the kernel has killed something in the container for its memory, also before it was started again.
ran_out_of_memory() {
  [ "$(docker inspect --format '{{.State.OOMKilled}}' "$1")" = true ] ||
    [ -n "$(timeout 10 docker events --since "$(docker inspect --format '{{.Created}}' "$1")" --until "$(date +%s)" \
      --filter "container=$1" --filter event=oom --format '{{.Action}}' 2> /dev/null)" ]
}

limit_of() { docker inspect --format '{{.HostConfig.Memory}}' "$1" | awk '{ printf "%d MiB", $1 / 1048576 }'; }

# fail ID CAUSE
fail() {
  local words
  words=$(health_words "$1" || true)
  {
    echo "the new container $(name_of "$1") of $SERVICE $2. The old one goes on serving."
    echo "its last health check: ${words:-none was made}"
    echo "the end of its log:"
    docker logs --tail $LOG_LINES "$1" 2>&1 | printable_lines | sed 's/^/  /'
    echo "Expected it to be healthy within $LIMIT_SECONDS s. Fix the cause and deploy again. To roll back: npm run rollback -- prod"
  } >&2
  # It stays for whoever looks into it, and may be one that starts again and again: what serves needs the processor more.
  docker update --cpus 0.1 "$1" > /dev/null 2>&1 || true
  exit 1
}

# look ID: nothing while there is hope; "healthy", or the cause why it never will be.
look() {
  local id=$1 state health restarts code
  read -r state health restarts code < <(
    docker inspect --format '{{.State.Status}} {{with .State.Health}}{{.Status}}{{else}}none{{end}} {{.RestartCount}} {{.State.ExitCode}}' "$id"
  )
  case $state/$health in
    running/healthy) echo healthy && return ;;
    running/unhealthy) echo "is unhealthy after all tries of its health check" && return ;;
    exited/* | dead/*) restarts=$MOST_RESTARTS ;;
  esac
  # shell-rules: allow Docker's own count, and [ ] computes nothing
  [ "$restarts" -lt "$MOST_RESTARTS" ] ||
    if ran_out_of_memory "$id"; then
      echo "runs out of memory: its limit is $(limit_of "$id")"
    elif [ "$state" = running ] || [ "$state" = restarting ]; then
      echo "ends again and again, with exit code $(last_exit_code "$id" "$code")"
    else
      echo "has ended with exit code $code"
    fi
}

# Of one that was started again, the code is 0 until it ends the next time.
last_exit_code() {
  local code
  code=$(timeout 10 docker events --since "$(docker inspect --format '{{.Created}}' "$1")" --until "$(date +%s)" \
    --filter "container=$1" --filter event=die --format '{{index .Actor.Attributes "exitCode"}}' 2> /dev/null | tail -n 1)
  echo "${code:-$2}"
}

# passes ID: its own health check, asked now; Docker's answer may be half a minute old.
passes() {
  local test
  mapfile -d '' -t test < <(docker inspect --format '{{json .Config.Healthcheck.Test}}' "$1" |
    jq -j 'if .[0] == "CMD-SHELL" then "/bin/sh", "-c", .[1] else .[1:][] end | ., "\u0000"')
  timeout 20 docker exec "$1" "${test[@]}" > /dev/null 2>&1
}

# Its addresses on the gateway's network, IPv4 before IPv6, one a line.
addresses_of() {
  docker inspect --format "{{with index .NetworkSettings.Networks \"$NETWORK\"}}{{println .IPAddress}}{{println .GlobalIPv6Address}}{{end}}" "$1" |
    sed '/^$/d'
}

# ask ADDRESS: fails if no good answer comes to this host, and says what came instead. A redirection is one: where it
# leads, the container's own check has followed it.
ask() {
  local host=$1 url words
  [[ $1 != *:* ]] || host="[$1]"
  if [ -z "$HEALTH_PATH" ]; then
    # shellcheck disable=SC2016 # for the other shell
    timeout "$REQUEST_SECONDS" bash -c 'exec 3<> "/dev/tcp/$1/$2"' connect "$1" "$PORT" 2> /dev/null && return
    echo "$host:$PORT takes no connection" && return 1
  fi
  url=http://$host:$PORT$HEALTH_PATH
  words=$(curl -q --silent --show-error --globoff --noproxy '*' --max-time "$REQUEST_SECONDS" --output /dev/null \
    --write-out 'answers %{http_code}\n' "$url" 2>&1) || words="does not answer: $(sed -n 's/^.*\(curl: \)/\1/p' <<< "$words")"
  [[ ! $words =~ ^answers\ [23] ]] || return 0
  echo "$url $words" | printable_lines
  return 1
}

# At which of its own addresses a container takes connections on PORT, one a line: "loopback", or "all" for any other one.
# The kernel writes addresses in hexadecimal digits, each four bytes from right to left.
listens_at() {
  local process
  process=$(docker inspect --format '{{.State.Pid}}' "$1")
  awk -v port="$(printf ':%04X' "$PORT")" '$4 == "0A" && substr($2, length($2) - 4) == port {
      address = substr($2, 1, length($2) - 5)
      sub(/^0000000000000000FFFF0000/, "", address)
      print address ~ /^......7F$/ || address == "00000000000000000000000001000000" ? "loopback" : "all"
    }' \
    "/proc/$process/net/tcp" "/proc/$process/net/tcp6" 2> /dev/null | sort -u
}

# unreachable ID WORDS: the cause why a container that is healthy has no good answer for the network, and the remedy.
unreachable() {
  local inside="its own health check, inside the container, fails now too" at
  if passes "$1"; then inside="its own health check, which asks 127.0.0.1 inside the container, passes"; fi
  at=$(listens_at "$1" || true)
  echo "is healthy, and users would not reach it over the network: $2; $inside."
  case $at in
    loopback) echo "It listens on 127.0.0.1 only. Let it listen on 0.0.0.0, in its code or by its setting (HOST=0.0.0.0; of Next.js: HOSTNAME=0.0.0.0)" ;;
    '') echo "Nothing in it was found to listen on port $PORT. Let it listen on 0.0.0.0, on the port that it gets as PORT" ;;
    *) echo "It listens on port $PORT. Look at what it answers there to a request from another address, and at the firewall of this host" ;;
  esac
}

# reachable ID: fails if this host gets no good answer from it, and says what came instead. The gateway asks over IPv4;
# IPv6 counts where there is nothing else.
reachable() {
  local address words first=''
  while read -r address; do
    if words=$(ask "$address"); then
      first=$address
    elif [ -z "$first" ]; then
      echo "$words" && return 1
    else
      echo "$SERVICE: $words. The gateway asks it at $first; listen on :: to answer at both" >&2
    fi
  done < <(addresses_of "$1")
  [ -n "$first" ] || {
    echo "it has no address on the network $NETWORK"
    return 1
  }
}

# works ID: whether one that has the service's name can be called by it, at the port that it was made for.
works() {
  local own
  passes "$1" || return
  own=$(docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$1" | sed -n 's/^PORT=\([0-9]\{1,5\}\)$/\1/p' | tail -n 1)
  (PORT=${own:-$PORT} HEALTH_PATH='' reachable "$1") > /dev/null 2>&1
}

for word in $CONTAINERS; do limit_processes "${word#*=}" "$PIDS"; done
for word in $CONTAINERS; do
  name=${word%%=*} id=${word#*=} words='' unreachable_since=''
  while :; do
    # A sign of life, for whoever else wants to deploy.
    touch --no-create "$LOCK" 2> /dev/null || true
    found=$(look "$id")
    case $found in
      healthy)
        if words=$(reachable "$id"); then break; fi
        unreachable_since=${unreachable_since:-$SECONDS}
        [ $((SECONDS - unreachable_since)) -lt "$NETWORK_SECONDS" ] || fail "$id" "$(unreachable "$id" "$words")"
        ;;
      ?*) fail "$id" "$found" ;;
      *) unreachable_since='' ;;
    esac
    if [ $((SECONDS - began)) -ge "$LIMIT_SECONDS" ] && [ -z "$unreachable_since" ]; then
      if ran_out_of_memory "$id"; then fail "$id" "runs out of memory: its limit is $(limit_of "$id")"; fi
      fail "$id" "is not healthy after $LIMIT_SECONDS s"
    fi
    sleep 0.3
  done
  # The services that start next call this one by its name. Nobody has it on a first deployment; and after a change of a
  # password, who has it may not work any more.
  holder=$(docker inspect --format '{{.Id}}' "$name" 2> /dev/null || true)
  if [ -n "$holder" ] && [ "$holder" != "$id" ] && ! works "$holder"; then
    docker rename "$holder" "$name-${holder:0:12}"
    holder=''
  fi
  [ -n "$holder" ] || docker rename "$id" "$name"
done
echo "$SERVICE is healthy after $((SECONDS - began)) s"
