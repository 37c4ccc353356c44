#!/usr/bin/env bash
# Takes away what all jobs of the host share. The records of what happened stay, as the logs do.
set -euo pipefail

# <%~ include("shared/as-root.sh") %>

# This file is <root>/deploy/Server/.parts/<part>/remove.sh.
staging=$(dirname "$(readlink --canonicalize "${BASH_SOURCE[0]}")")
scripts=$(dirname "$(dirname "$staging")")/scripts

as_root rm -f "$scripts/run-job" "$scripts/lib/records.sh" /etc/tmpfiles.d/emaintenance.conf
as_root rmdir --ignore-fail-on-non-empty "$scripts/lib" 2> /dev/null || true
# Locks that nobody holds. That of a deploy stays with its folder where one is under way.
as_root find /run/emaintenance -maxdepth 1 -type f -exec flock --nonblock {} rm -f {} \; 2> /dev/null || true
as_root rmdir --ignore-fail-on-non-empty /run/emaintenance/deploy /run/emaintenance 2> /dev/null || true
rm -rf "$staging"
echo "run-job is gone"
