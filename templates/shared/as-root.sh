# shellcheck shell=bash
# as_root COMMAND...: runs it as root, where the login is not root itself.
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }
