#!/usr/bin/env bash
# summary: says which release runs, and which scripts these are
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$scripts/lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=lib/services.sh
. "$scripts/lib/services.sh"

usage() {
  cat << 'TEXT'
usage: emaintenance version [--json]
       emaintenance --version

Says which release the services run, and the digest of this command's own scripts as the deploy laid them down.
Scripts that were changed by hand since are named.

  --json    {releases: [...], scripts, changed: [...]}
  --help    this text

exit codes: 0 one release, unchanged scripts
            1 services of several releases, or none, or changed scripts
            2 wrong usage
            3 it cannot be found out: no Docker or jq, or no right to use Docker
TEXT
}

as_json=''
for word in "$@"; do
  case $word in
    --help | -h) usage && exit 0 ;;
    --candidates) exit 0 ;;
    --json) as_json=1 ;;
    *) unknown_option version "$word" ;;
  esac
done
require_host

# Scripts that are not as they were laid down.
changed_scripts() {
  { sha256sum --check --quiet "$LIB/manifest.sha256" 2> /dev/null || true; } | sed 's/: FAILED.*//'
}

[ -r "$LIB/manifest.sha256" ] || cannot_look "$LIB/manifest.sha256 cannot be read" "the file that the deploy lays there" "Deploy again"
result=$(containers | query jq/version.jq --arg scripts "$(sha256sum < "$LIB/manifest.sha256" | cut -c 1-12)" --arg changed "$(changed_scripts)")

if [ -n "$as_json" ]; then
  printf '%s\n' "$result"
else
  query jq/version-words.jq -r <<< "$result"
fi
jq -e '(.releases | length) == 1 and .changed == []' <<< "$result" > /dev/null || exit "$NOT_WELL"
