# A line with tabs for the last run of each scheduled job. Input: the document of `emaintenance status`.

include "words";

.schedules[] | [
  .job,
  (if .exitCode == 0 then "ok" else "failed" end),
  (.ended // "-" | if . == "-" then . else "\(ago) ago" end),
  (.message // "")
] | @tsv
