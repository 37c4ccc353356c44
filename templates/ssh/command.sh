#!/usr/bin/env bash
# Runs on the workstation: one script on the host, by the system's ssh, which lays no file down there. A host that cannot be
# reached is tried for a minute, as one that boots; a script that has failed is not run again.
set -euo pipefail

: "${SSH_OPTIONS:?options of ssh, one word a line}"
: "${SSH_LOGIN:?login on the host}"
: "${SSH_PORT:?port of its sshd}"
: "${SSH_HOST:?address of the host}"
: "${SSH_SCRIPT:?what its sh is to run}"

# Without mapfile, which the bash of macOS does not have.
options=()
while IFS= read -r word; do options+=("$word"); done <<< "$SSH_OPTIONS"

end=$((SECONDS + 60))
exec 3>&1
while :; do
  code=0
  said=$(ssh "${options[@]}" -T -l "$SSH_LOGIN" -p "$SSH_PORT" -- "$SSH_HOST" sh -s 2>&1 >&3 <<< "$SSH_SCRIPT") || code=$?
  if [ "$code" -ne 255 ] || [ "$SECONDS" -ge "$end" ]; then break; fi
  sleep 2
done
[ -z "$said" ] || printf '%s\n' "$said" >&2
if [ "$code" -eq 255 ]; then
  echo "ssh does not reach $SSH_HOST as $SSH_LOGIN. Expected a host that lets this login in within a minute, and shows a key of SSH_HOST_KEYS. See docs/ssh.md." >&2
fi
exit "$code"
