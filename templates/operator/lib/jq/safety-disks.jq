# Disks that fill up: severity, what, mount point, as lines with tabs. Input: the disks. Further: $system.

def severity: if . >= $system.diskPercent.error then "error" else "warning" end;

.[] | .mount as $mount |
(
  {percent: .usedPercent, what: "the disk of \($mount) is \(.usedPercent) % full"},
  {percent: .inodesUsedPercent, what: "\(.inodesUsedPercent) % of the inodes of \($mount) are used"}
) |
select(.percent != null and .percent >= $system.diskPercent.warning) |
[(.percent | severity), .what, $mount] | @tsv
