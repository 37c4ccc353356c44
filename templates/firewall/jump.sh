#!/usr/bin/env bash
# Makes Docker's chain DOCKER-USER ask the deployment's, and INPUT its other one before ufw's. Runs before each start of Docker,
# which keeps what it finds in DOCKER-USER.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

# The place in DOCKER-USER behind the operator's rules and before the RETURN at its end, after which nothing counts.
place() {
  "$1" -w -S DOCKER-USER | awk '
    /^-A / { rules++ }
    $0 == "-A DOCKER-USER -j RETURN" && !end { end = rules }
    END { print end ? end : rules + 1 }'
}

for tables in $(ip_tables); do
  for chain in DOCKER-USER "$CHAIN" "$INPUT_CHAIN"; do
    has_chain "$tables" "$chain" || "$tables" -w -N "$chain"
  done
  "$tables" -w -C DOCKER-USER -j "$CHAIN" 2> /dev/null ||
    "$tables" -w -I DOCKER-USER "$(place "$tables")" -j "$CHAIN"
  "$tables" -w -C INPUT -j "$INPUT_CHAIN" 2> /dev/null || "$tables" -w -I INPUT 1 -j "$INPUT_CHAIN"
done
