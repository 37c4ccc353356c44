#!/usr/bin/env bash
# Installs the operator's command: the files and links of files.json. What an earlier version had installed
# and this one no longer has is taken away.
set -euo pipefail

: "${STAGING:?folder with files.json}"

# <%~ include("shared/as-root.sh") %>

if ! command -v jq > /dev/null; then
  echo "jq is not installed on $(hostname). Expected it for the operator's command. Install it (apt-get install jq) and deploy again." >&2
  exit 1
fi

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
umask 022

# Lays every file and link out under $tree, as it will lie under the root of the host.
lay_out() {
  local path mode link text
  while IFS= read -r -d '' path && IFS= read -r -d '' mode && IFS= read -r -d '' link && IFS= read -r -d '' text; do
    [ -d "$tree${path%/*}" ] || mkdir -p "$tree${path%/*}"
    if [ -n "$link" ]; then
      ln -s "$link" "$tree$path"
    else
      printf '%s' "$text" > "$tree$path"
      [ "$mode" = 0644 ] || chmod "$mode" "$tree$path"
    fi
  done < <(jq -j '.[] | .path, .mode // "", .link // "", .text // "" | "\(.)\u0000"' "$STAGING/files.json")
}

# By this list the command tells its own version, and whether a file was changed by hand.
add_manifest() {
  local manifest
  manifest=$(jq -r 'map(.path | select(endswith("/lib/system.json")))[0] | sub("system.json$"; "manifest.sha256")' "$STAGING/files.json")
  (cd "$tree" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sed 's|  \./|  /|') > "$STAGING/manifest.sha256"
  install -m 0644 "$STAGING/manifest.sha256" "$tree$manifest"
}

# Folders that are not there yet: those that a removal may take away again.
new_folders() {
  # shell-rules: allow the tree is this script's own, of the paths of files.json
  (cd "$tree" && find . -mindepth 1 -type d -printf '/%P\n') | while IFS= read -r folder; do
    [ -d "$folder" ] || echo "$folder"
  done
}

remove_outdated() {
  [ -e "$STAGING/installed" ] || return 0
  local path
  while IFS= read -r path; do
    [ -e "$tree$path" ] || [ -L "$tree$path" ] || as_root rm -f "$path"
  done < "$STAGING/installed"
}

lay_out
add_manifest
new_folders >> "$STAGING/folders"
remove_outdated
# shell-rules: allow the tree is this script's own, of the paths of files.json
(cd "$tree" && find . -type f -o -type l) | sed 's|^\./|/|' | sort > "$STAGING/installed"
# Files and links only: folders that are there keep their owners and modes.
sed 's|^/|./|' "$STAGING/installed" | tar -C "$tree" --owner=root --group=root --no-recursion -cf - -T - |
  as_root tar -C / -xf -
echo "operator's command is in place: emaintenance --help"
