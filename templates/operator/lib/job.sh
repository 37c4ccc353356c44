# shellcheck shell=bash
# A job that is run by hand.

# run_job JOB SECONDS PROGRAM ARGUMENT...: as its timer does, within that time; prints what it said, and ends as it did.
run_job() {
  local code=0 log before=0
  log=$(config .root)/logs/schedules/$1.log
  [ ! -e "$log" ] || before=$(stat --format %s "$log")
  "${LIB%/*}/run-job" --timeout "$2" "$1" "${@:3}" || code=$?
  tail --bytes "+$((before + 1))" "$log" 2> /dev/null | cut -d ' ' -f 2- | grep -v '^ended with exit code ' || true
  return "$code"
}

# Exit code of run-job where another run of the job is under way.
# shellcheck disable=SC2034 # for the scripts that read this file
readonly JOB_BUSY=75
