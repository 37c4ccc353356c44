# shellcheck shell=bash
# A deployment that has failed is no longer under way: nothing waits for its next step, and the watchdog looks after the
# containers again.
trap '[ $? -eq 0 ] || rm -f "$LOCK"' EXIT
