#!/usr/bin/env bash
# Health check of the part of the system in whose folder it lies: emaintenance health, for that part. Takes the same
# options, and ends with the same exit codes.
set -euo pipefail

part=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
case ${part##*/} in
  infrastructure) services=data ;;
  web-service) services=web ;;
  *) services=${part##*/} ;;
esac
exec "$part/../scripts/health-check.sh" "$@" "$services"
