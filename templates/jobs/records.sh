# shellcheck shell=bash
# What happened on the host, written down where `emaintenance status` and the alerts look. Sourced by other scripts, which
# set $STATUS to the folder of the records.

: "${STATUS:?folder of the records}"

# Alerts are kept up to this many bytes; then the oldest half goes.
readonly ALERTS_BYTES=1048576

# A text as JSON: quoted, on one line, without control characters.
json_string() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//[$'\n\t\r']/ }
  printf '"%s"' "${text//[[:cntrl:]]/}"
}

# The time of a number of seconds since 1970, as ISO 8601 in UTC; -1 is now.
utc() { TZ=UTC0 printf '%(%Y-%m-%dT%H:%M:%SZ)T' "$1"; }

# Replaces the record of a job: record_run JOB STARTED ENDED EXIT_CODE MESSAGE, times in seconds since 1970.
record_run() {
  local new
  new=$(mktemp "$STATUS/.$1.XXXXXX")
  printf '{"job":%s,"started":"%s","ended":"%s","exitCode":%d,"message":%s}\n' \
    "$(json_string "$1")" "$(utc "$2")" "$(utc "$3")" "$4" "$(json_string "$5")" > "$new"
  chmod 0644 "$new"
  mv -f "$new" "$STATUS/$1.json"
}

# The exit code that the last run of a job ended with; nothing when it never ran.
last_exit_code() {
  [ ! -e "$STATUS/$1.json" ] || sed -n 's/.*"exitCode":\([0-9]*\).*/\1/p' "$STATUS/$1.json"
}

# Appends an alert: raise_alert SEVERITY SOURCE MESSAGE, where SEVERITY is info, warning, error or critical.
raise_alert() {
  local file="$STATUS/alerts.jsonl"
  (
    flock 8
    printf '{"time":"%s","severity":%s,"source":%s,"message":%s}\n' \
      "$(utc -1)" "$(json_string "$1")" "$(json_string "$2")" "$(json_string "$3")" >> "$file"
    if [ "$(stat --format %s "$file")" -gt "$ALERTS_BYTES" ]; then
      # From the first whole line of the newer half on.
      tail --bytes $((ALERTS_BYTES / 2)) "$file" | tail --lines +2 > "$file.new"
      mv -f "$file.new" "$file"
    fi
    chmod 0644 "$file"
  ) 8> "$STATUS/.alerts.lock"
}

OPEN_ALERTS=$(
  cat << 'JQ'
# <%~ include("jobs/jq/open-alerts.jq") %>
JQ
)

# Resolves every open alert: end_alerts SOURCE MESSAGE, where SOURCE is also that of its parts,
# as watchdog is of watchdog/web.
end_alerts() {
  local source
  [ -e "$STATUS/alerts.jsonl" ] || return 0
  jq --raw-input --raw-output --null-input --arg source "$1" "$OPEN_ALERTS" "$STATUS/alerts.jsonl" |
    while IFS= read -r source; do raise_alert info "$source" "$2"; done
}
