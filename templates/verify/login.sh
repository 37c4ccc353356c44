#!/usr/bin/env bash
# Puts the login of the checks where only root reads it. It was laid into a folder that is the deploying login's alone.
set -euo pipefail

: "${FOLDER:?folder that gets login.json, out of its folder .login}"

# <%~ include("shared/as-root.sh") %>

trap 'rm -rf "$FOLDER/.login"' EXIT
as_root install -m 0600 -o root -g root "$FOLDER/.login/login.json" "$FOLDER/login.json"
echo "login of the checks is in place"
