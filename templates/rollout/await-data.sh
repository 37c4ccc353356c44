#!/usr/bin/env bash
# Waits until the data tier is ready for this deployment, and the firewall filters what leaves containers.
set -euo pipefail

: "${READY:?file that says for which deployment the data tier is ready}"
: "${DEPLOYMENT:?id of the deployment}"
: "${LIMIT_SECONDS:?seconds that this may take}"
: "${LOCK:?file that says who deploys}"
: "${NETWORKS:?ids of the networks of the system}"
# File with the ids of those that the firewall filters; empty if the deployment does not manage the firewall.
FIREWALL=${FIREWALL-}

# <%~ include("shared/failed-deploy.sh") %>

data_ready() { [ "$(cat "$READY" 2> /dev/null)" = "$DEPLOYMENT" ]; }

# Another network than the one that the rules are about may have the same name.
filtered() { [ -z "$FIREWALL" ] || [ "$(cat "$FIREWALL" 2> /dev/null)" = "$NETWORKS" ]; }

locked=''
[ ! -e "$LOCK" ] || locked=yes
end=$((SECONDS + LIMIT_SECONDS))
until data_ready && filtered; do
  # A step that fails takes the lock away.
  if [ -n "$locked" ] && [ ! -e "$LOCK" ]; then
    echo "another step of this deployment failed before PostgreSQL, Redis and the firewall were ready; no service was started or changed. Its own lines say why. Fix the cause and deploy again. To roll back: npm run rollback -- prod" >&2
    exit 1
  fi
  if [ "$SECONDS" -ge "$end" ]; then
    data_ready || what="PostgreSQL and Redis"
    echo "${what:-The firewall} did not get ready within $LIMIT_SECONDS s; no service was started or changed. What is wrong is said by their own lines of this deployment. Fix the cause and deploy again. To roll back: npm run rollback -- prod" >&2
    exit 1
  fi
  sleep 0.5
done
echo "the data tier is ready"
