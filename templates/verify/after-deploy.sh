#!/usr/bin/env bash
# Ends a deploy with an error if the new release does not do what its users need. Runs behind process-limit.sh.
set -euo pipefail

: "${FOLDER:?folder with run.sh and checks.json}"
: "${RELEASE:?what has been deployed}"
: "${STACK:?name of the stack, for the command that rolls back}"

: "${LIMITS:?words ID=COUNT: all containers, and how many processes each of them may have}"

# Most have theirs since they were made; the gateway serves as soon as it is there.
# shellcheck disable=SC2086 # words
limit_all $LIMITS

code=0
bash "$FOLDER/run.sh" --json > "$FOLDER/last.json.new" || code=$?
[ ! -s "$FOLDER/last.json.new" ] || mv -f "$FOLDER/last.json.new" "$FOLDER/last.json"
rm -f "$FOLDER/last.json.new"
if [ "$code" -ne 0 ]; then
  failed=$(jq -r '[.checks[] | select(.result == "failed") | .name] | join(", ")' "$FOLDER/last.json" 2> /dev/null) || failed=''
  {
    echo "verification failed${failed:+: $failed}. Release $RELEASE is up, and does not do what its users need; it is serving now."
    echo "To roll back to the last good release: npm run rollback -- $STACK. To look: emaintenance verify, emaintenance logs."
  } >&2
  exit 1
fi
echo "verified: $(jq -r '[.checks[].result] | group_by(.) | map("\(length) \(.[0])") | join(", ")' "$FOLDER/last.json")"
