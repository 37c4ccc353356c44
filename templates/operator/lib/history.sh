# shellcheck shell=bash
# What schedules and watchers have written down.

# The last run of each scheduled job. A record that cannot be read is a failed one.
schedules() {
  local file
  for file in "$(config .status)"/*.json; do
    [ -e "$file" ] || continue
    jq -ce 'select(type == "object" and has("exitCode"))' "$file" 2> /dev/null ||
      jq -nc --arg job "$(basename "$file" .json)" --arg message "its record $file cannot be read" \
        '{job: $job, started: null, ended: null, exitCode: null, message: $message}'
  done | jq -cs 'sort_by(.job)'
}

# Open alerts: the newest of each source, unless it is an all-clear.
alerts() {
  local file
  file=$(config .status)/alerts.jsonl
  { [ ! -r "$file" ] || cat "$file"; } |
    jq -cR 'fromjson? | select(type == "object")' |
    query jq/standing-alerts.jq -cs
}

# The newest backup of each kind, as the last backup, verification or restore has written it down: the folder of the
# backups is root's alone.
newest_backups() {
  local file
  file=$(config .status)/backups/sets.json
  { [ ! -r "$file" ] || cat "$file"; } | jq -cs '.[0] // [] | map(select(.broken == null)) | group_by(.kind) | map(max_by(.number))'
}
