# shellcheck shell=bash
# Disks that fill up: PostgreSQL stops when it cannot write.

# shellcheck disable=SC2016 # names of jq
check_disks() {
  local severity what mount found
  found=$(disks | query '
    def severity: if . >= $system.diskPercent.error then "error" else "warning" end;
    .[] | .mount as $mount |
    ({percent: .usedPercent, what: "the disk of \($mount) is \(.usedPercent) % full"},
     {percent: .inodesUsedPercent, what: "\(.inodesUsedPercent) % of the inodes of \($mount) are used"}) |
    select(.percent != null and .percent >= $system.diskPercent.warning) |
    [(.percent | severity), .what, $mount] | @tsv' -r)
  while IFS=$'\t' read -r severity what mount; do
    finding "$severity" disks "$what" "less than $(config .diskPercent.warning) %" "make room, beginning with: docker system df; sudo du -xh $mount | sort -h | tail"
  done < <(lines_of "$found")
}
