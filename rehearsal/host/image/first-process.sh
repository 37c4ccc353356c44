#!/bin/sh
# The first process of the host: prepares what a virtual machine's kernel would have given, then becomes systemd.
set -eu

# Docker mounts the control groups read-only; systemd and the engine inside need to write them.
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*; do
  if mountpoint -q "$hierarchy"; then mount -o remount,rw,bind "$hierarchy"; fi
done

# systemd of Debian 13 refuses a machine with version 1 control groups unless it is told twice.
if [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
  export SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1
  export SYSTEMD_PROC_CMDLINE='systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'
fi

# The identity of this host, kept over its restarts.
ssh-keygen -A

exec /sbin/init
