# The host, for a person. Input: the document of `emaintenance status`.

include "words";

.host |
"host      \(.name), up \(.uptimeSeconds | seconds_in_words)",
"load      \(.load | map(tostring) | join(" ")) on \(.cpus) CPUs",
"memory    \(.memory.availableBytes | bytes_in_words) of \(.memory.totalBytes | bytes_in_words) available",
(
  .disks[] |
  "disk      \(.mount): \(.freeBytes | bytes_in_words) of \(.sizeBytes | bytes_in_words) free, " +
  "\(.usedPercent // "?") % full, \(.inodesUsedPercent // "?") % of inodes"
)
