#!/usr/bin/env bash
# Copies the files of the database's cluster into the archive: from such a base backup on, the archived log leads to any
# later time. It runs as a job, see run-job: its last line goes to the record.
set -euo pipefail

lib=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$lib/../common.sh"
for part in backup/job backup/sets backup/database backup/files backup/room point-in-time/archive; do
  # shellcheck source=/dev/null
  . "$lib/../$part.sh"
done

readonly WAIT_SECONDS=3600 ARCHIVED_SECONDS=300

require_archive "a base backup"
umask 077
give_way
lock_backups "$WAIT_SECONDS" || fail "another backup, or a restore, is under way for longer than $WAIT_SECONDS s"

clean_up_by discard_unfinished

# What one that was killed, or the power, has left.
find "$ARCHIVE" -mindepth 3 -maxdepth 3 -type d -path '*/base/.partial.*' -exec rm -rf {} + 2> /dev/null || true

postgres=$(container_of postgres 2>&1) || { message=$postgres postgres='' && fail "$message"; }
end_left_sessions "$postgres"
slot=$(slot_state "$postgres" 2>&1) || fail "PostgreSQL refuses: $slot"
[ "$(jq -r '.active and .status != "lost"' <<< "$slot")" = true ] ||
  fail "nothing archives the log now: a base backup would lead nowhere. Look at: docker logs $(config .pointInTime.container)"
generation=$(jq -r .generation <<< "$slot")

facts=$(ask_server "$postgres" "SELECT json_build_object('version', current_setting('server_version'),
  'major', current_setting('server_version_num')::int / 10000, 'segmentBytes', pg_size_bytes(current_setting('wal_segment_size')),
  'databaseBytes', (SELECT sum(pg_database_size(oid)) FROM pg_database))") || fail "PostgreSQL refuses: the reason is in the log of this job"
facts=$(query point-in-time/jq/server-facts.jq -ce <<< "$facts" 2> /dev/null) ||
  fail "PostgreSQL does not describe itself as expected: numbers for its version and sizes"
most=$(jq .databaseBytes <<< "$facts")
last=$(list_bases | jq 'last.bytes // 0 | . * 3 / 2 | floor')
numbers most last
if [ "$last" -eq 0 ] || [ "$last" -gt "$most" ]; then last=$most; fi
require_room "$last" || exit "$NOT_WELL"

# Without the log: that is in the archive. On standard output, as one archive with its own manifest at the end.
copy_cluster() {
  in_postgres "$postgres" pg_basebackup --no-password --pgdata=- --format=tar --wal-method=none --checkpoint=fast \
    --label="$name" --manifest-checksums=SHA256 2> "$partial/messages" | compress_to "$file"
}

started=$(utc) began=$SECONDS
name=base_$(date -u +%Y%m%d_%H%M%S)
partial=$(base_folder "$generation")/.partial.$name
mkdir -p "$partial"
file=$partial/base.tar.$(archive_ending)
heeding_signals copy_cluster || fail "pg_basebackup failed: $(tail -n 1 "$partial/messages")"
rm -f "$partial/messages"

# Read back: the list of its files is the last one in it, with the log that it needs.
listed=$(unpacked "$file" | tar --extract --to-stdout --file=- backup_manifest | query point-in-time/jq/backup-manifest.jq -ce) ||
  fail "the base backup cannot be read back"
place=$(jq -r '.ranges[0]["End-LSN"]' <<< "$listed")
start=$(jq -r '.ranges[0]["Start-LSN"]' <<< "$listed")
if ! is_place "$start" || ! is_place "$place"; then fail "the base backup does not say which log it needs"; fi
first=$(ask_server "$postgres" "SELECT pg_walfile_name('$start')") || fail "PostgreSQL does not name the log that the base backup needs"
is_segment "$first" || fail "PostgreSQL answers $(shown "${first:0:100}") where the name of a part of its log was asked for"
# The name is the server's for its present timeline, which is the backup's.
await_archived "$postgres" "$place" "$ARCHIVED_SECONDS" ||
  fail "the log that the base backup needs was not archived within $ARCHIVED_SECONDS s"
# A second more: times are cut off to whole ones.
ended=$(date -u -d '1 second' +%Y-%m-%dT%H:%M:%SZ)
[ "$(slot_state "$postgres" | jq -r .generation)" = "$generation" ] || fail "the archive has begun again meanwhile"

query point-in-time/jq/base-manifest.jq -n --arg started "$started" --arg ended "$ended" \
  --arg image "$(docker inspect --format '{{.Image}}' "$postgres")" --arg firstSegment "$first" \
  --argjson facts "$facts" --argjson listed "$listed" --argjson bytes "$(stat --format %s "$file")" \
  --arg sha256 "$(sha256sum < "$file" | cut -d ' ' -f 1)" > "$partial/manifest.json"
sync "$partial"/* "$partial"
mv -T "$partial" "$(base_folder "$generation")/$name"
partial=''
sync "$(base_folder "$generation")"
echo "$name: $(in_mib "$(jq .bytes "$(base_folder "$generation")/$name/manifest.json")") in $((SECONDS - began)) s"
