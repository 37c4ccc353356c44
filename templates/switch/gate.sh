#!/usr/bin/env bash
# Waits until the new containers of a service are healthy. Ends at once where one never will be, and says why: the old ones
# go on serving.
set -euo pipefail

: "${SERVICE:?name of the service}"
: "${CONTAINERS:?words NAME=ID: its new containers, and the names that they will have when they serve}"
: "${LIMIT_SECONDS:?seconds within which they must become healthy}"
: "${LOCK:?file that says who deploys}"

# A program may need a second try, when what it needs has only just started. More of them are a loop.
readonly MOST_RESTARTS=3
readonly LOG_LINES=25

began=$SECONDS

name_of() { docker inspect --format '{{slice .Name 1}}' "$1"; }

# What the health check said last, on one line.
health_words() {
  docker inspect --format '{{with .State.Health}}{{range .Log}}{{printf "%s\x00" .Output}}{{end}}{{end}}' "$1" |
    tr '\n\0' ' \n' | sed '/^ *$/d; s/ *$//' | tail -n 1 | cut -c -500
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
  # A deployment that has failed is none under way: the watchdog looks after the old containers again.
  rm -f "$LOCK"
  {
    echo "the new container $(name_of "$1") of $SERVICE $2. The old one goes on serving."
    echo "its last health check: ${words:-none was made}"
    echo "the end of its log:"
    docker logs --tail $LOG_LINES "$1" 2>&1 | sed 's/^/  /'
    echo "Expected it to be healthy within $LIMIT_SECONDS s. Mend the cause and deploy again. To go back: npm run rollback -- prod"
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

# works ID: its own health check, asked now; Docker's answer may be half a minute old.
works() {
  local test
  mapfile -d '' -t test < <(docker inspect --format '{{json .Config.Healthcheck.Test}}' "$1" | jq -j '.[1:][] | ., "\u0000"')
  timeout 20 docker exec "$1" "${test[@]}" > /dev/null 2>&1
}

for word in $CONTAINERS; do
  name=${word%%=*} id=${word#*=}
  while :; do
    # A sign of life, for whoever else wants to deploy.
    touch --no-create "$LOCK" 2> /dev/null || true
    found=$(look "$id")
    case $found in
      healthy) break ;;
      ?*) fail "$id" "$found" ;;
    esac
    if [ $((SECONDS - began)) -ge "$LIMIT_SECONDS" ]; then
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
