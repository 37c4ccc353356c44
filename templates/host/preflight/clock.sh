# shellcheck shell=bash
# A wrong clock makes sessions end too early or never, backups carry wrong dates and TLS fail.

check_clock() {
  local now there difference side='ahead of'
  if [ -z "$EXPECTED_TIME" ]; then
    ok clock "not compared"
    return
  fi
  now=$(date +%s)
  there=$(date --date "$EXPECTED_TIME" +%s)
  difference=$((now - there))
  if [ "$difference" -lt 0 ]; then
    difference=$((-difference))
    side=behind
  fi
  if [ "$difference" -gt "$MAX_CLOCK_SECONDS" ]; then
    error clock "the clock of $HOST_NAME is $difference seconds $side that of the machine that deploys" \
      "at most $MAX_CLOCK_SECONDS" "See which of the two is wrong; on the host: timedatectl set-ntp true"
  elif [ "$(timedatectl show --property NTPSynchronized --value 2> /dev/null)" = yes ]; then
    ok clock "right within $difference seconds, and kept so"
  else
    warning clock "right within $difference seconds, but nothing keeps it so" "a clock that is synchronised" \
      "On the host: apt-get install systemd-timesyncd; timedatectl set-ntp true"
  fi
}
