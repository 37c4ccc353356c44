#!/usr/bin/env bash
# Lets services of a version before, which are on the network of the gateway only, go on finding PostgreSQL and Redis, which
# have a network of their own now, until others have taken over (switch.sh). A second run changes nothing.
set -euo pipefail

: "${FRONT:?network of the gateway, the web and the services}"
: "${DATA_NETWORK:?network of PostgreSQL and Redis}"
: "${DATA:?words SERVICE=ID: the containers of PostgreSQL and Redis}"
: "${LABEL:?label of the services, with its value}"
: "${PREFIX:?what the long name of a service begins with}"
: "${LOCK:?file that says who deploys}"

# A deployment that has failed is none under way: the watchdog looks after the old containers again.
trap '[ $? -eq 0 ] || rm -f "$LOCK"' EXIT

# ids NETWORK: the services that run there.
ids() { docker ps --no-trunc --filter "label=$LABEL" --filter "network=$1" --format '{{.ID}}' | sort; }

is_on() { docker inspect --format '{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}' "$2" | grep -qxF -- "$1"; }

former=$(comm -23 <(ids "$FRONT") <(ids "$DATA_NETWORK"))
if [ -z "$former" ]; then
  echo "every service that runs is on $DATA_NETWORK"
  exit 0
fi
for word in $DATA; do
  service=${word%%=*} id=${word#*=}
  is_on "$FRONT" "$id" || docker network connect --alias "$service" --alias "$PREFIX$service" "$FRONT" "$id"
  echo "$service stays on $FRONT for $(wc -l <<< "$former") services of the version before, until new ones have taken over"
done
