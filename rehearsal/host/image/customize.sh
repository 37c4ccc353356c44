#!/bin/sh
# Finishes the host's image: mmdebstrap calls it with the image's root folder.
set -eu
root=$1
here=$(dirname "$0")

# Every host makes host keys of its own at its first boot: keys in an image would be everybody's keys.
rm -f "$root"/etc/ssh/ssh_host_*

install -m 0755 "$here/first-process.sh" "$root/usr/local/sbin/first-process"
install -m 0644 "$here/sshd.conf" "$root/etc/ssh/sshd_config.d/rehearsal.conf"

groups=sudo
if grep -q '^docker:' "$root/etc/group"; then groups=sudo,docker; fi
chroot "$root" useradd --create-home --shell /bin/bash --groups "$groups" deploy
install -m 0440 "$here/sudoers" "$root/etc/sudoers.d/deploy"

# A container has no consoles to log in on, and the outer machine's kernel loads its own modules.
for unit in console-getty.service getty@tty1.service getty.target systemd-logind.service \
  systemd-modules-load.service systemd-udevd.service systemd-udev-trigger.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
