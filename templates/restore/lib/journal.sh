# shellcheck shell=bash
# What a restore has begun, written down before it happens: by that, a restore that was killed is undone. And what every
# restore ended with, for ever.

# record NAME JSON: writes down one thing, safe on disk before the next step.
record() {
  local text='{}'
  [ ! -e "$JOURNAL" ] || text=$(cat "$JOURNAL")
  jq -c --arg name "$1" --argjson value "$2" '.[$name] = $value' <<< "$text" > "$JOURNAL.new"
  sync "$JOURNAL.new"
  mv -f "$JOURNAL.new" "$JOURNAL"
  sync "$(dirname "$JOURNAL")"
}

# recorded NAME: what was written down, as plain text; a list one a line. Nothing if there is none.
recorded() { jq -r --arg name "$1" '.[$name] // empty | if type == "array" then .[] else . end' "$JOURNAL"; }

text_json() { jq -nc --arg text "$1" '$text'; }

close_journal() { rm -f "$JOURNAL"; }

# Who asked for it: behind sudo, the login that used it.
who() { printf '%s' "${SUDO_USER:-$(id -un)}"; }

# audit WHAT BACKUP RESULT: one line for this restore.
audit() {
  local file
  file=$(config .status)/audit.jsonl
  query restore/jq/audit.jq -nc --arg who "$(who)" --arg what "restore $1" --arg set "$2" --arg result "$3" --argjson seconds "$SECONDS" >> "$file"
  chmod 0644 "$file"
}
