#!/usr/bin/env bash
# The deploy has ended well: the watchdog and the operator's command may act again.
set -euo pipefail

rm -f "${DEPLOY_LOCK:?the mark of a deploy under way}"
