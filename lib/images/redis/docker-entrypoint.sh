#!/bin/bash
# Starts Redis as the official image does: as root it hands /data to the user redis and becomes that user.
set -euo pipefail

main() {
  if [ "${1:0:1}" = "-" ] || [ "${1%.conf}" != "$1" ]; then set -- redis-server "$@"; fi
  if [ "$1" = redis-server ]; then
    if [ "$(id -u)" = 0 ]; then
      find . \! -user redis -exec chown redis:redis {} +
      exec setpriv --reuid=redis --regid=redis --init-groups "${BASH_SOURCE[0]}" "$@"
    fi
    # The official server is compiled without protected mode: a container's network decides who reaches it.
    case " $* " in
      *" --protected-mode "*) ;;
      *) set -- "$@" --protected-mode no ;;
    esac
    umask 0077
  fi
  exec "$@"
}

main "$@"
