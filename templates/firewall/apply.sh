#!/usr/bin/env bash
# Puts the firewall in place, as root. It is taken back by itself unless confirm.sh comes over a new connection in time.
set -euo pipefail

# <%~ include("shared/failed-deploy.sh") %>

if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2> /dev/null; then
  echo "$(id -un) may not use sudo without a password on $(hostname). Expected a login with passwordless sudo, or root. Add \"$(id -un) ALL=(ALL) NOPASSWD: ALL\" with visudo." >&2
  exit 1
fi

# sudo forgets the environment. The connection is "client port server port", as sshd names it.
read -r client _ _ port <<< "${SSH_CONNECTION:-}"
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
"${as_root[@]}" env STAGING="$STAGING" SSH_CLIENT_ADDRESS="${client:-}" SSH_PORT="${port:-}" \
  PUBLIC_INTERFACES="$PUBLIC_INTERFACES" NETWORKS="$NETWORKS" LOCK="$LOCK" bash "$STAGING/put-in-place.sh"
