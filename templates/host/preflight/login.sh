# shellcheck shell=bash
# What the login may do.

check_sudo() {
  if [ "$(id -u)" -eq 0 ]; then
    ok sudo "the login is root"
  elif ! command -v sudo > /dev/null; then
    error sudo "$HOST_NAME has no sudo, and $LOGIN is not root" \
      "root, or a login with passwordless sudo" "Set SSH_USER to root, or install sudo"
  elif sudo -n true 2> /dev/null; then
    ok sudo "$LOGIN may use sudo without a password"
  else
    error sudo "$LOGIN may not use sudo without a password on $HOST_NAME" \
      "root, or a login with passwordless sudo" "Add \"$LOGIN ALL=(ALL) NOPASSWD: ALL\" with visudo"
  fi
}
