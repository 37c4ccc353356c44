# shellcheck shell=bash
# Disks that fill up: PostgreSQL stops when it cannot write.

check_disks() {
  local severity what mount found
  found=$(disks | query jq/safety-disks.jq -r)
  while IFS=$'\t' read -r severity what mount; do
    finding "$severity" disks "$what" "less than $(config .diskPercent.warning) %" "make room, beginning with: docker system df; sudo du -xh $mount | sort -h | tail"
  done < <(lines_of "$found")
}
