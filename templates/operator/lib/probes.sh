# shellcheck shell=bash
# Asks services whether they are well: themselves, not what Docker remembers of its last check.

readonly PROBE_SECONDS=10

# answer HEALTHY MESSAGE [BODY]
answer() { query jq/probe-answer.jq -nc --argjson healthy "$1" --arg message "$2" --arg body "${3-}"; }

# The last line, without line breaks, of what a program said.
last_words() { printable | tail -n 1 | cut -c 1-300; }

# in_container ID SCRIPT: runs a line of sh in the container, and says so where no answer comes in time.
in_container() {
  local code=0
  timeout "$PROBE_SECONDS" docker exec "$1" sh -c "$2" 2>&1 || code=$?
  [ "$code" -ne 124 ] || echo "no answer within $PROBE_SECONDS s"
  return "$code"
}

# shellcheck disable=SC2016 # for the shell in the container
# Takes connections, and answers a query that reads a table of its own.
probe_postgres() {
  local output
  if ! output=$(in_container "$1" 'pg_isready -h 127.0.0.1 -p "${PGPORT:-5432}" -U "${DATABASE_OWNER:-$POSTGRES_USER}" -d "$POSTGRES_DB"'); then
    answer false "does not take connections: $(last_words <<< "$output")"
  elif ! output=$(in_container "$1" "PGOPTIONS='-c search_path=pg_catalog,pg_temp' psql -XAtq -F ' ' -p \"\${PGPORT:-5432}\" -U \"\$POSTGRES_USER\" -d \"\$POSTGRES_DB\" -c \"
      SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), current_setting('max_connections'),
        replace(pg_size_pretty(pg_database_size(current_database())), ' ', '_')\""); then
    answer false "takes connections, and a query failed: $(last_words <<< "$output")"
  else
    local used limit size
    read -r used limit size <<< "$output"
    if [[ ! $output =~ ^[0-9]+\ [0-9]+\ [0-9]+_[A-Za-z]+$ ]]; then
      answer false "takes connections, and does not answer as expected: $(last_words <<< "$output")"
      return
    fi
    answer true "answers queries; $used of $limit connections, ${size/_/ }"
  fi
}

# shellcheck disable=SC2016 # for the shell in the container
# Says PONG, and could write down what it was told last.
probe_redis() {
  local output login='[ -z "${REDIS_PASSWORD:-}" ] || export REDISCLI_AUTH="$REDIS_PASSWORD"'
  output=$(in_container "$1" "$login; redis-cli --user default -p $2 PING && redis-cli --user default -p $2 INFO") || true
  if ! head -n 1 <<< "$output" | grep -qx 'PONG'; then
    answer false "does not say PONG: $(last_words <<< "$output")"
    return
  fi
  local written used
  written=$(tr -d '\r' <<< "$output" | sed -n 's/^aof_last_write_status://p')
  used=$(tr -d '\r' <<< "$output" | sed -n 's/^used_memory_human://p')
  if [ "${written:-ok}" != ok ]; then
    answer false "says PONG, and could not write its append-only file: aof_last_write_status is $written"
  else
    answer true "says PONG; $used in use"
  fi
}

# GET URL into $status and $body; fails with the reason in $body where there is no answer.
get() {
  local output
  if output=$(curl -sS --noproxy '*' --max-time "$PROBE_SECONDS" --write-out '\n%{http_code}' "$1" 2>&1); then
    status=${output##*$'\n'}
    body=$(printable <<< "${output%$'\n'*}")
  else
    body=$(last_words <<< "$output")
    return 1
  fi
}

# What the checks in a health answer say, in words: database up, redis down (timeout).
checks_in_words() { query jq/checks-in-words.jq -r 2> /dev/null <<< "$1" || true; }

# probe_http ADDRESS PORT PATH
probe_http() {
  local status body words
  if [ -z "$1" ]; then
    answer false "has no address on its network"
  elif ! get "http://$1:$2$3"; then
    answer false "$3 does not answer: $body"
  else
    words=$(checks_in_words "$body")
    answer "$([[ $status == 2* ]] && echo true || echo false)" "$3 answers $status${words:+: $words}" "$body"
  fi
}

# The way that users take: the gateway itself, and what it leads to. probe_gateway ADDRESS PORT
probe_gateway() {
  local status body own
  if ! get "http://$1:$2/health"; then
    answer false "port $2 does not answer: $body"
    return
  fi
  own=$status
  if [[ $own != 2* ]]; then
    answer false "/health on port $2 answers $own" "$body"
  elif ! get "http://$1:$2/"; then
    answer false "answers on port $2, and the web behind it does not: $body"
  elif [[ $status == 5* ]]; then
    answer false "answers on port $2, and the web behind it answers $status"
  else
    answer true "port $2 answers; the web behind it answers $status"
  fi
}

# probe SERVICE: the service with its outcome. SERVICE is one element of the array of services.
probe() {
  local id state kind address port path began outcome
  IFS=$'\t' read -r id state kind address port path < <(query jq/probe-target.jq -r <<< "$1")
  began=$(date +%s%3N)
  if [ "$state" = missing ]; then
    outcome=$(answer false "has no container")
  elif [ "$state" != running ]; then
    outcome=$(answer false "its container is $state")
  else
    outcome=$(case $kind in
      postgres) probe_postgres "$id" ;;
      redis) probe_redis "$id" "$port" ;;
      http) probe_http "${address#-}" "$port" "$path" ;;
      gateway) probe_gateway "$address" "$port" ;;
    esac)
  fi
  query jq/probe-outcome.jq -c --argjson outcome "$outcome" --argjson milliseconds "$(($(date +%s%3N) - began))" <<< "$1"
}

# Asks all at the same time. Input: an array of services; output: the same with outcomes, in the same order.
probe_all() {
  local folder number=0 service
  folder=$(mktemp -d)
  while IFS= read -r service; do
    number=$((number + 1))
    probe "$service" > "$folder/$(printf '%03d' "$number")" &
  done < <(jq -c '.[]')
  wait
  cat "$folder"/* | jq -cs .
  rm -r "$folder"
}
