#!/usr/bin/env bash
# Waits until the data tier is ready for this deployment.
set -euo pipefail

: "${READY:?file that says for which deployment the data tier is ready}"
: "${DEPLOYMENT:?id of the deployment}"
: "${LIMIT_SECONDS:?seconds that this may take}"
: "${LOCK:?file that says who deploys}"

# A deployment that has failed is none under way.
trap '[ $? -eq 0 ] || rm -f "$LOCK"' EXIT

locked=''
[ ! -e "$LOCK" ] || locked=yes
end=$((SECONDS + LIMIT_SECONDS))
until [ "$(cat "$READY" 2> /dev/null)" = "$DEPLOYMENT" ]; do
  # A step that fails takes the lock away.
  if [ -n "$locked" ] && [ ! -e "$LOCK" ]; then
    echo "another step of this deployment failed before PostgreSQL and Redis were ready; no service was started or changed. Its own lines say why. Mend the cause and deploy again. To go back: npm run rollback -- prod" >&2
    exit 1
  fi
  if [ "$SECONDS" -ge "$end" ]; then
    echo "PostgreSQL and Redis did not get ready within $LIMIT_SECONDS s; no service was started or changed. What is wrong with them is said by their own lines of this deployment. Mend the cause and deploy again. To go back: npm run rollback -- prod" >&2
    exit 1
  fi
  sleep 0.5
done
echo "the data tier is ready"
