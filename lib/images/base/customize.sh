#!/bin/sh
# Finishes the base image: mmdebstrap calls it with the image's root folder.
set -eu
root=$1

# Debian makes a database cluster when it installs the server. Here the volume holds the only one.
rm -rf "$root/var/lib/postgresql/17" "$root/etc/postgresql/17"

# No service starts by itself in these images, and nothing is logged to syslog.
rm -rf "$root/var/log/postgresql" "$root/var/log/redis"

# The name that the official nginx image's workers run under.
chroot "$root" useradd --system --user-group --no-create-home --home-dir /nonexistent \
  --shell /usr/sbin/nologin nginx
