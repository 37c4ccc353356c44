#!/usr/bin/env bash
# Takes the firewall back when no new connection has confirmed it in time: what was there before is there again.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

lock
[ -e "$STATE/pending" ] || exit 0
now=$(uptime_seconds)
deadline=$(setting "$STATE/pending" deadline)
[[ $deadline =~ ^[0-9]{1,12}$ ]] || deadline=0
if [ "$(setting "$STATE/pending" boot)" = "$(cat /proc/sys/kernel/random/boot_id)" ] && [[ $now =~ ^[0-9]{1,12}$ ]] && [ "$now" -lt "$deadline" ]; then
  exit 0
fi

rules=$(own_rules | sed -n '/^allow /p' | paste -s -d , | sed 's/,/, /g')
restore "$STATE/previous"
{
  echo "the firewall was taken back on $(hostname): no new SSH connection from $(setting "$STATE/asked-by" client) to port $(setting "$STATE/asked-by" ssh_port) came through it within $(setting "$STATE/pending" seconds) s."
  echo "It let in: ${rules:-nothing}. Everything is as it was before."
  echo "Expected sshPorts with the port of sshd, and sshFrom with the address of whoever deploys. Correct the firewall's settings and deploy again."
} > "$STATE/reverted"
# The deployment that asked for it has failed: none is under way.
deploy_lock=$(setting "$STATE/asked-by" lock)
[ -z "$deploy_lock" ] || rm -f -- "$deploy_lock"
disarm
cat "$STATE/reverted"
