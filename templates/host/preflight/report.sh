# shellcheck shell=bash
# Collects what the checks find, and prints it.

ERRORS=0
WARNINGS=0
severities=()
checks=()
found=()
expected=()
remedies=()

# finding SEVERITY CHECK FOUND [EXPECTED REMEDY]: sentences without the full stop.
finding() {
  severities+=("$1")
  checks+=("$2")
  found+=("$(one_line "$3")")
  expected+=("$(one_line "${4:-}")")
  remedies+=("$(one_line "${5:-}")")
}

ok() { finding ok "$@"; }

warning() {
  WARNINGS=$((WARNINGS + 1))
  finding warning "$@"
}

error() {
  ERRORS=$((ERRORS + 1))
  finding error "$@"
}

# What programs say may hold line breaks, tabs and colours, and ends in a full stop or does not.
one_line() {
  local text=${1//[[:cntrl:]]/ }
  printf '%s' "${text%.}"
}

# The last line that a command prints, on either channel.
last_words() { { "$@" 2>&1 || true; } | sed '/^[[:space:]]*$/d' | tail -n 1; }

# True when version $1 is at least version $2.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# size MIB: as people read it.
size() {
  local mib=$1
  [[ $mib =~ ^[0-9]{1,12}$ ]] || mib=0
  if [ "$mib" -lt 1024 ]; then echo "$mib MiB"; else echo "$((mib / 1024)).$((mib % 1024 * 10 / 1024)) GiB"; fi
}

json_text() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

print_json() {
  local i separator=''
  printf '{"host":%s,"login":%s,"errors":%d,"warnings":%d,"findings":[' \
    "$(json_text "$HOST_NAME")" "$(json_text "$LOGIN")" "$ERRORS" "$WARNINGS"
  for i in "${!checks[@]}"; do
    printf '%s{"check":%s,"severity":"%s","found":%s,"expected":%s,"remedy":%s}' "$separator" \
      "$(json_text "${checks[$i]}")" "${severities[$i]}" "$(json_text "${found[$i]}")" \
      "$(json_text "${expected[$i]}")" "$(json_text "${remedies[$i]}")"
    separator=,
  done
  printf ']}\n'
}

print_table() {
  local i
  printf '%-8s %-14s %s\n' result check found
  for i in "${!checks[@]}"; do
    printf '%-8s %-14s %s%s%s\n' "${severities[$i]}" "${checks[$i]}" "${found[$i]}" \
      "${expected[$i]:+. Expected ${expected[$i]}}" "${remedies[$i]:+. ${remedies[$i]}.}"
  done
  if [ "$ERRORS" -gt 0 ]; then
    echo "the host $HOST_NAME is not ready: $ERRORS error(s), $WARNINGS warning(s); nothing on it was changed"
  else
    echo "the host $HOST_NAME is ready: $WARNINGS warning(s)"
  fi
}

# The table last: people see it right above Terraform's own words.
print_report() {
  print_json
  [ "$1" = --json ] || print_table
}
