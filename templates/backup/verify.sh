#!/usr/bin/env bash
# Verifies backups by restoring them: the database into an ephemeral PostgreSQL server of its own, without network. It runs as
# a job, see run-job.
set -euo pipefail

lib=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$lib/../common.sh"
for part in job sets database files room throwaway; do
  # shellcheck source=/dev/null
  . "$lib/$part.sh"
done

usage() {
  cat << 'TEXT'
usage: verify.sh --newest | --all | BACKUP...

exit codes: 0 all are good, 1 one is not, or could not be verified, 2 wrong usage, 4 another verification is under way
TEXT
}

umask 077
give_way

case ${1-} in
  --help) usage && exit 0 ;;
  --newest) mapfile -t names < <(for kind in full db uploads; do newest_backup "$kind"; done) ;;
  --all) mapfile -t names < <(backup_names | sort) ;;
  '' | -*) usage >&2 && exit "$WRONG_USAGE" ;;
  *) names=("$@") ;;
esac

if ! hold_lock verification; then
  echo "another verification is under way"
  exit "$BUSY"
fi

readonly PURPOSE=verification

# What verify_backup ends with if the backup may be good, and this host could not find out.
readonly UNKNOWN=3

# An empty cluster, and its first segments of the log.
readonly EMPTY_CLUSTER_BYTES=268435456

discard_ephemeral() { remove_ephemeral "$PURPOSE"; }
clean_up_by discard_ephemeral
discard_ephemeral

# restore_into ID USER FILE DATABASE: ends at the first error. Roles and rights are the cluster's, not the database's.
restore_into() {
  case $3 in
    *.dump)
      docker exec "$1" pg_restore --exit-on-error --no-owner --no-privileges --jobs 2 -U "$2" -d "$4" "/set/$(basename "$3")"
      ;;
    *)
      unpacked "$3" | docker exec --interactive "$1" psql -XAtq -v ON_ERROR_STOP=1 --single-transaction -U "$2" -d "$4" > /dev/null
      ;;
  esac
}

# make_owner ID USER OWNER: a dump as SQL names the database's owner, who is nobody in a new cluster.
make_owner() {
  docker exec --interactive --env PGOPTIONS="$SESSION_OPTIONS" "$1" psql -XAtq -v ON_ERROR_STOP=1 -v owner="$3" -U "$2" -d postgres << 'SQL'
SELECT format('CREATE ROLE %I', :'owner') WHERE :'owner' <> '' AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
SQL
}

# in_ephemeral ID USER DATABASE SQL: the answer, one line of JSON a row.
in_ephemeral() { docker exec --interactive --env PGOPTIONS="$SESSION_OPTIONS" "$1" psql -XAtq -v ON_ERROR_STOP=1 -U "$2" -d "$3" <<< "$4"; }

# verify_database NAME FILE: says what is wrong, and fails then.
verify_database() {
  local name=$1 file=$2 image id user expected counted amcheck need facts
  facts=$(facts_of "$(manifest "$name" '.postgres | tojson')") || { echo "its manifest does not describe the database"; return 1; }
  need=$(jq .bytes <<< "$facts")
  is_number "$need" || { echo "its manifest gives no size of the database"; return 1; }
  need=$((need * 3 / 2 + EMPTY_CLUSTER_BYTES))
  (require_room "$need") || return "$UNKNOWN"
  image=$(ephemeral_image "$name") || return "$UNKNOWN"
  user=$(manifest "$name" .postgres.user)
  id=$(start_ephemeral "$PURPOSE" "$image" "$(backup_folder "$name")" "$user") || return "$UNKNOWN"
  await_ephemeral "$id" "$user" || return "$UNKNOWN"
  query backup/jq/create-database.jq -r \
    <<< "$facts" | docker exec --interactive "$id" psql -Xq -v ON_ERROR_STOP=1 -U "$user" -d postgres || return 1
  make_owner "$id" "$user" "$(jq -r '.owner // ""' <<< "$facts")" || return 1
  heeding_signals restore_into "$id" "$user" "$file" verified || { echo "it cannot be restored, for the reason above"; return 1; }
  expected=$(manifest "$name" '.rowCounts | tojson')
  counted=$(in_ephemeral "$id" "$user" verified "$COUNT_ROWS" | counts_of) || return 1
  if ! jq -ne --argjson expected "$expected" --argjson counted "$counted" '$expected == $counted' > /dev/null; then
    echo "other rows came back than were saved: $(query backup/jq/row-differences.jq -nr --argjson expected "$expected" --argjson counted "$counted")"
    return 1
  fi
  # Every page and every index, against its table; where the image has no amcheck, every row is read.
  amcheck=$(in_ephemeral "$id" "$user" verified "SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'") || return 1
  if [ "$amcheck" = 1 ] && docker exec "$id" sh -c 'command -v pg_amcheck' > /dev/null; then
    docker exec "$id" pg_amcheck --install-missing --heapallindexed --username "$user" --database verified || { echo "amcheck found damage, as above"; return 1; }
  else
    docker exec "$id" pg_dump -U "$user" -d verified --file /dev/null || { echo "not all of it can be read, for the reason above"; return 1; }
  fi
}

# verify_others NAME: every other database of a full backup can be restored too.
verify_others() {
  local name=$1 count=0 file id user
  user=$(manifest "$name" .postgres.user)
  id=$(docker ps --quiet --filter "label=$(ephemeral_label "$PURPOSE")")
  while IFS= read -r file; do
    [[ $file =~ $FILE_OF_BACKUP ]] || { echo "its manifest names a file $(shown "$file")"; return 1; }
    count=$((count + 1))
    docker exec "$id" createdb -U "$user" "other_$count" || return 1
    heeding_signals restore_into "$id" "$user" "$(backup_folder "$name")/$file" "other_$count" || { echo "$file cannot be restored, for the reason above"; return 1; }
  done < <(manifest "$name" '.postgres.databases[] | .file // empty')
}

# verify_redis NAME FILE
verify_redis() {
  local image
  image=$(manifest "$1" .images.redis)
  [[ $image =~ $IMAGE_ID ]] || return 0
  docker image inspect "$image" > /dev/null 2>&1 || return 0
  docker run --rm --network none --pids-limit 64 --label "$(ephemeral_label "$PURPOSE")" --volume "$2:/redis.rdb:ro" --user 0 \
    --entrypoint redis-check-rdb "$image" /redis.rdb > /dev/null || { echo "redis-check-rdb finds the snapshot damaged"; return 1; }
}

# verify_archive NAME STEM FILE: it can be read to its end, and has as many entries as it was written with.
verify_archive() {
  local expected entries
  expected=$(manifest "$1" ".entries[\"$2\"]")
  entries=$(packed_entries "$3") || { echo "$2 cannot be read to its end"; return 1; }
  [ "$entries" = "$expected" ] || { echo "$2 has $entries entries instead of $expected"; return 1; }
}

# verify_backup NAME: the last line says what is wrong.
verify_backup() {
  local name=$1 file stem
  check_backup "$name" || return 1
  if file=$(backup_file "$name" database.dump) || file=$(backup_file "$name" database.sql); then
    verify_database "$name" "$file" || return "$?"
    verify_others "$name" || return 1
    remove_ephemeral "$PURPOSE"
  fi
  if file=$(backup_file "$name" redis.rdb); then verify_redis "$name" "$file" || return 1; fi
  for stem in uploads.tar configuration.tar; do
    if file=$(backup_file "$name" "$stem"); then verify_archive "$name" "$stem" "$file" || return 1; fi
  done
}

good=0 bad=0 unknown=0
for name in "${names[@]}"; do
  if ! hold_backup "$name"; then
    echo "$name is being removed"
    continue
  fi
  began=$SECONDS code=0
  output=$(mktemp)
  verify_backup "$name" > "$output" 2>&1 || code=$?
  seconds=$((SECONDS - began))
  cat "$output"
  message=$(grep -v '^ *$' "$output" | tail -n 1 || true)
  rm -f "$output"
  [ "$code" -eq 0 ] || remove_ephemeral "$PURPOSE"
  if [ "$code" -eq "$UNKNOWN" ]; then
    # Nothing is written down of a backup that could not be tried: it is as good as it was.
    unknown=$((unknown + 1))
    echo "$name: not verified: $message"
    continue
  elif [ "$code" -eq 0 ]; then
    good=$((good + 1)) ok=true
    message="restored and checked: $(manifest "$name" '(.rowCounts | add // 0)') rows of $(manifest "$name" '(.rowCounts | length)') tables, $(manifest "$name" '.files | length') files"
  else
    bad=$((bad + 1)) ok=false
  fi
  jq -n --arg verified "$(utc)" --argjson seconds "$seconds" --argjson ok "$ok" --arg message "$message" '$ARGS.named' |
    write_whole "$(backup_folder "$name")/verified.json"
  echo "$name: $message, in $seconds s"
done
write_summary
if [ $((bad + unknown)) -gt 0 ]; then
  [ $((good + bad + unknown)) -eq 1 ] || echo "$bad backups are not good and $unknown could not be verified, of $((good + bad + unknown)): see above"
  exit "$NOT_WELL"
fi
[ "$good" -eq 1 ] || echo "$good backups restored and checked"
