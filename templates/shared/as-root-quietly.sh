# shellcheck shell=bash
# as_root COMMAND...: runs it as root, where the login is not root itself. What it says is not printed then, nor that the login
# may not become root.
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@" 2> /dev/null; fi; }
