#!/bin/sh
# Finishes the image of the older server: mmdebstrap calls it with the image's root folder.
set -eu

# The cluster that Debian makes on installation. The test makes its own.
rm -rf "$1/var/lib/postgresql/15" "$1/etc/postgresql/15"
