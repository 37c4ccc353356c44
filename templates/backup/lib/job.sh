# shellcheck shell=bash
# What the jobs of the backups have in common: the system goes before them, signals are heeded at once, and however one ends,
# nothing of it is left.

fail() {
  echo "$*"
  exit "$NOT_WELL"
}

utc() { TZ=UTC0 date +%Y-%m-%dT%H:%M:%SZ; }

give_way() {
  renice -n 10 -p $$ > /dev/null 2>&1 || true
  ionice -c 3 -p $$ 2> /dev/null || true
}

# In the background, so that a signal is heeded at once and not when the program has ended.
heeding_signals() { "$@" & wait "$!"; }

# clean_up_by FUNCTION: however the script ends, its programs end too, and then FUNCTION EXIT-CODE is called.
clean_up_by() {
  clean_up=$1
  trap end_cleanly EXIT
  # Once is enough: timeout signals the program, and then its whole group.
  trap 'trap "" TERM INT HUP; echo "ended by a signal"; exit 143' TERM INT HUP
}

end_cleanly() {
  local code=$? pids
  trap - EXIT
  trap '' TERM INT HUP
  mapfile -t pids < <(jobs -p)
  [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2> /dev/null || true
  "$clean_up" "$code"
  exit "$code"
}

# What is not whole yet, and the container whose server is read. With `clean_up_by discard_unfinished`, no half of a copy
# stays, and nobody at the database.
partial='' postgres=''
discard_unfinished() {
  [ -z "$partial" ] || rm -rf "$partial"
  if [ "$1" != 0 ] && [ -n "$postgres" ]; then end_left_sessions "$postgres"; fi
}
