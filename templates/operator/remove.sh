#!/usr/bin/env bash
# Takes the operator's command away: every file that was installed, and the folders that were made for it.
set -euo pipefail

# <%~ include("shared/as-root.sh") %>

staging=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ -e "$staging/installed" ]; then
  as_root xargs -d '\n' rm -f -- < "$staging/installed"
fi
if [ -e "$staging/folders" ]; then
  sort --reverse --unique "$staging/folders" | while IFS= read -r folder; do
    [ ! -d "$folder" ] || as_root rmdir --ignore-fail-on-non-empty "$folder"
  done
fi
as_root rm -r "$staging"
