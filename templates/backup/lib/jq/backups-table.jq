# A line with tabs for each backup. Input: the backups.

include "words";

.[] | [
  .set,
  (.ended // "-" | if . == "-" then . else ago end),
  (.bytes | bytes_in_words),
  (.release // "-"),
  (.reason // "-"),
  (if .pinned then "pinned" else "-" end),
  (
    if .broken then "no: \(.broken)"
    elif .verified == null then "not yet"
    elif .verified.ok then "restored in \(.verified.seconds) s"
    else "failed: \(.verified.message)" end
  )
] | @tsv
