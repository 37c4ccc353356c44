#!/usr/bin/env bash
# Lets services of a version before, which are on the network of the gateway only, go on finding PostgreSQL and Redis, which
# have a network of their own now: as long as they serve, they are on it too. A second run changes nothing.
set -euo pipefail

: "${FRONT:?network of the gateway, the web and the services}"
: "${DATA_NETWORK:?network of PostgreSQL and Redis}"
: "${LABEL:?label of the services, with its value}"
: "${LOCK:?file that says who deploys}"

# <%~ include("shared/failed-deploy.sh") %>

# services NETWORK: those that run there.
services() { docker ps --no-trunc --filter "label=$LABEL" --filter "network=$1" --format '{{.ID}}' | sort; }

count=0
for id in $(comm -23 <(services "$FRONT") <(services "$DATA_NETWORK")); do
  docker network connect "$DATA_NETWORK" "$id"
  count=$((count + 1))
done
echo "every service that runs is on $DATA_NETWORK; $count have joined"
