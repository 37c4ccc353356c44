#!/usr/bin/env bash
# Makes one backup. It runs as a job, see run-job: what it says goes to the log of the job, its last line to the record.
set -euo pipefail

lib=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$lib/../common.sh"
for part in job sets database files room retention; do
  # shellcheck source=/dev/null
  . "$lib/$part.sh"
done

usage() {
  cat << 'TEXT'
usage: take.sh KIND [--reason TEXT] [--wait SECONDS] [--plain]

Makes a backup of KIND: database, uploads or full.

exit codes: 0 made, 1 not made, for the reason in the last line, 2 wrong usage, 4 another backup is under way
TEXT
}

kind='' reason="by hand" wait_seconds=0 plain=$(config '.backup.plainSql')
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage && exit 0 ;;
    --reason) reason=${2-} && shift ;;
    --wait)
      wait_seconds=${2-}
      numbers wait_seconds
      shift
      ;;
    --plain) plain=true ;;
    *) kind=$(kind_of_word "$1") || { usage >&2 && exit "$WRONG_USAGE"; } ;;
  esac
  shift
done
[ -n "$kind" ] || { usage >&2 && exit "$WRONG_USAGE"; }

umask 077
give_way

if ! lock_backups "$wait_seconds"; then
  echo "another backup is under way"
  exit "$BUSY"
fi

clean_up_by discard_unfinished

# What one that was killed, or the power, has left.
sweep() {
  local left
  remove_readers
  while IFS= read -r -d '' left; do
    rm -rf -- "$left"
    echo "removed $(shown "${left##*/}"), which was never finished"
  done < <(find "$BACKUPS" -mindepth 1 -maxdepth 1 \( -name '.partial.*' -o -name '.removed.*' \) -print0)
}

[ -d "$BACKUPS" ] || fail "there is no folder $BACKUPS. Expected the one that the deploy makes. Deploy again"
sweep

started=$(utc)
began=$SECONDS
name=${kind}_$(TZ=UTC0 date +%Y%m%d_%H%M%S)
[ ! -e "$(backup_folder "$name")" ] || fail "there is a backup $name already: is the clock right?"
number=$(list_backups | jq 'map(.number) | max // 0')
numbers number
number=$((number + 1))

if [ "$kind" != uploads ]; then
  postgres=$(container_of postgres 2>&1) || { message=$postgres postgres='' && fail "$message"; }
  end_left_sessions "$postgres"
  # Docker says on standard output why it starts no program.
  database=$(main_database "$postgres") || fail "$postgres cannot be read: ${database:-the reason is in the log of this job}"
fi
mapfile -d '' -t folders < <(data_folders)

# Room for the most that it can take.
most=0
if [ "$kind" != uploads ]; then
  size=$(query_once "$postgres" "$database" "SELECT sum(pg_database_size(oid)) FROM pg_database WHERE datallowconn
    AND ('$kind' = 'full' OR datname = current_database())" 2>&1) || fail "PostgreSQL refuses: $(tail -n 1 <<< "$size")"
  is_number "$size" || fail "PostgreSQL answers $(shown "${size:0:100}") where its size was asked for. Expected a number"
  most=$((most + size))
fi
if [ "$kind" != db ] && [ ${#folders[@]} -gt 0 ]; then
  size=$(used_bytes "${folders[@]}")
  numbers size
  most=$((most + size))
fi
need=$(expected_bytes "$kind" "$most") || fail "what a backup takes is not known: the reason is in the log of this job"
require_room "$need" || exit "$NOT_WELL"

partial=$BACKUPS/.partial.$name
mkdir "$partial"
from=$started row_counts='{}' facts=null others='[]' removed='[]' entries='{}'

save_main_database() {
  local snapshot file tables expected
  open_session "$postgres" "$database"
  # Counted by one process: several would use up the server's share of the processor.
  snapshot=$(ask "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET max_parallel_workers_per_gather = 0;
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_export_snapshot();") || fail "PostgreSQL refuses a session: the reason is in the log of this job"
  snapshot=$(snapshot_of "$snapshot") || fail "PostgreSQL answers $(shown "${snapshot:0:100}") where a snapshot was asked for. Expected its name"
  from=$(utc)
  facts=$(ask "$DATABASE_FACTS;") || fail "PostgreSQL has ended the session: the reason is in the log of this job"
  facts=$(facts_of "$facts") || fail "PostgreSQL does not describe the database as expected: numbers for its version and size, words for its locale"
  # Counting takes a lock on each table that lasts to the end of the dump: none of them goes meanwhile.
  row_counts=$(ask "$COUNT_ROWS" | counts_of) || fail "the rows cannot be counted: the reason is in the log of this job"
  if [ "$plain" = true ]; then
    file=database.sql.$(archive_ending)
    heeding_signals dump_plain "$postgres" "$database" "$partial/$file" "$snapshot" || fail "pg_dump failed: the reason is in the log of this job"
    close_session
  else
    file=database.dump
    heeding_signals dump_custom "$postgres" "$database" "$partial/$file" "$snapshot" || fail "pg_dump failed: the reason is in the log of this job"
    close_session
    tables=$(read_dump "$(docker inspect --format '{{.Image}}' "$postgres")" "$partial/$file") || fail "the dump cannot be read back: the reason is in the log of this job"
    expected=$(jq length <<< "$row_counts")
    [ "$tables" = "$expected" ] || fail "the dump holds data of $tables tables, and the database has $expected"
  fi
  echo "$file: $(stat --format %s "$partial/$file") bytes, $(jq 'add // 0' <<< "$row_counts") rows of $(jq length <<< "$row_counts") tables"
}

# The roles, and every other database.
save_rest_of_cluster() {
  local names other count=0
  in_postgres "$postgres" pg_dumpall --globals-only > "$partial/globals.sql" || fail "pg_dumpall failed: the reason is in the log of this job"
  tail -n 5 "$partial/globals.sql" | grep -q 'PostgreSQL database cluster dump complete' || fail "the dump of the roles is not whole"
  names=$(query_once "$postgres" "$database" "SELECT json_agg(datname ORDER BY datname) FROM pg_database
    WHERE datallowconn AND NOT datistemplate AND datname <> current_database()") || fail "the databases cannot be listed: the reason is in the log of this job"
  names=$(jq -ce '. // [] | select(type == "array" and all(.[]; type == "string" and (explode | all(. != 0))))' <<< "${names:-null}" 2> /dev/null) ||
    fail "PostgreSQL does not name its databases. Expected a list of names"
  # A name may be anything, but for a NUL.
  while IFS= read -r -d '' other; do
    count=$((count + 1))
    heeding_signals dump_custom "$postgres" "$other" "$partial/other_$count.dump" || fail "pg_dump of $(shown "$other") failed: the reason is in the log of this job"
    others=$(jq -c --arg name "$other" --arg file "other_$count.dump" '. + [{name: $name, file: $file}]' <<< "$others")
  done < <(jq -j '.[] + "\u0000"' <<< "$names")
}

save_redis_snapshot() {
  local redis port
  redis=$(container_of redis 2>&1) || fail "$redis"
  port=$(jq -r '.services[] | select(.service == "redis") | .probe.port' "$CONFIG")
  heeding_signals save_redis "$redis" "$port" "$partial/redis.rdb" || fail "Redis gives no snapshot: the reason is in the log of this job"
  # The newest one, where the deployment document has it.
  if [ -d "$(config .root)/data/redis-backup" ]; then
    write_whole "$(config .root)/data/redis-backup/redis.rdb" < "$partial/redis.rdb"
  fi
}

save_archive() {
  local stem=$1 file count
  shift
  [ $# -gt 0 ] || return 0
  file=$partial/$stem.$(archive_ending)
  heeding_signals pack "$file" "$@" || fail "$stem failed: the reason is in the log of this job"
  count=$(packed_entries "$file") || fail "$stem cannot be read back: the reason is in the log of this job"
  entries=$(jq -c --arg stem "$stem" --argjson count "$count" '. + {($stem): $count}' <<< "$entries")
}

# The files after the database: a file is there before its row is, so every row that the dump holds finds its file. One that
# was removed in between is named.
[ "$kind" = db ] || listed_before=$(listed_files "${folders[@]}")
[ "$kind" = uploads ] || save_main_database
if [ "$kind" = full ]; then
  save_rest_of_cluster
  save_redis_snapshot
  mapfile -d '' -t configuration < <(configuration_folders)
  save_archive configuration.tar "${configuration[@]}"
fi
if [ "$kind" != db ]; then
  save_archive uploads.tar "${folders[@]}"
  too_long=$(too_long_names "${folders[@]}")
  [ "$too_long" = 0 ] || echo "$too_long files or folders are left out: their paths have more than $LONGEST_PATH bytes"
  removed='[]'
  if file=$(backup_file_in "$partial" uploads.tar); then
    removed=$(LC_ALL=C comm -23 <(printf '%s\n' "$listed_before") <(listed_entries "$file" | LC_ALL=C sort) | jq -cnR '[inputs | select(. != "")]')
  fi
fi
to=$(utc)

# images_of FORMAT: what the containers of all services were made of.
images_of() {
  local service container
  jq -r '.services[] | [.service, .container] | @tsv' "$CONFIG" | while IFS=$'\t' read -r service container; do
    docker inspect --format "{\"$service\": {{json $1}}}" "$container" 2> /dev/null || true
  done | jq -cs 'add // {}'
}
release=$(jq -r .release "$(config .releases)/current/release.json" 2> /dev/null) || release=''

files=$(
  cd "$partial"
  for file in *; do
    [ -s "$file" ] || { echo "$file is empty" >&2 && exit 1; }
    jq -nc --arg name "$file" --argjson bytes "$(stat --format %s "$file")" --arg sha256 "$(sha256sum < "$file" | cut -d ' ' -f 1)" \
      '{($name): {bytes: $bytes, sha256: $sha256}}'
  done | jq -cs 'add // {}'
) || fail "a file of the backup is empty"
query backup/jq/manifest.jq -n --argjson format "$BACKUP_FORMAT" --arg set "$name" --arg kind "$kind" --argjson number "$number" --arg reason "$reason" \
  --arg release "$release" --arg started "$started" --arg ended "$(utc)" --argjson images "$(images_of .Image)" \
  --argjson references "$(images_of .Config.Image)" --argjson facts "$facts" --argjson others "$others" --argjson rowCounts "$row_counts" \
  --argjson files "$files" --argjson entries "$entries" --arg from "$from" --arg to "$to" --argjson removed "$removed" > "$partial/manifest.json"

sync "$partial"/* "$partial"
mv -T "$partial" "$(backup_folder "$name")"
partial=''
sync "$BACKUPS"

prune_backups
write_summary
echo "$name: $(jq -r '[.files[].bytes] | add' "$(backup_folder "$name")/manifest.json") bytes in $((SECONDS - began)) s"
