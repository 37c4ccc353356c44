# shellcheck shell=bash
# Starting and stopping containers, and waiting for them. Sourced after services.sh.

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*" | printable; }

# dependants SERVICE...: every other service that needs one of these, directly or not, in start order.
dependants() { query jq/dependants.jq -nr --args "$@"; }

# inspect ID FIELD
inspect() { docker inspect --format "{{$2}}" "$1" 2> /dev/null || echo gone; }

# End of a container's log, for a person.
show_end() {
  local id=$1 name=$2
  {
    echo "last health check of $name: $(docker inspect --format '{{if .State.Health}}{{range .State.Health.Log}}{{.Output}}{{"\n"}}{{end}}{{end}}' "$id" 2> /dev/null | grep -v '^ *$' | tail -n 1 | tr -d '\r' | cut -c 1-300)"
    echo "end of its log:"
    docker logs --tail 20 "$id" 2>&1 | sed 's/^/  /'
  } | printable >&2
}

# await_healthy ID SECONDS: waits until the container is healthy, or runs where it has no health check.
await_healthy() {
  local id=$1 seconds=$2 end state health
  numbers seconds
  end=$((SECONDS + seconds))
  while :; do
    state=$(inspect "$id" .State.Status)
    health=$(inspect "$id" 'if .State.Health}}{{.State.Health.Status}}{{else}}none{{end')
    case $state/$health in
      running/healthy | running/none) return 0 ;;
      */unhealthy | gone/* | dead/*) return 1 ;;
    esac
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.5
  done
}

# instances SERVICE: its containers that serve, all of them; a line without an id where one is missing.
instances() {
  containers | services |
    jq -r --arg name "$1" '.[] | select(.serves and .service == $name) | [.id // "-", .container, .healthyWithinSeconds] | @tsv'
}
