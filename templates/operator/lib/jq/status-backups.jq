# A line with tabs for the newest backup of each kind. Input: the document of `emaintenance status`.

include "words";

.backups[] | [
  .set,
  (.ended | ago),
  (.bytes | bytes_in_words),
  (
    if .verified == null then "not yet"
    elif .verified.ok then "restored in \(.verified.seconds) s"
    else "failed: \(.verified.message)" end
  )
] | @tsv
