# A line with tabs for each container of a service and of a job. Input: the document of `emaintenance status`.

include "words";

(
  .services[] | [
    .instance, .tier, (.release // "-"), .state,
    (if .health == "none" then "-" else .health end),
    .restarts,
    (.since // "-" | if . == "-" then . else ago end),
    (if .cpuPercent == null then "-" else "\(.cpuPercent | rounded) %" end),
    (if .memoryBytes == null then "-" else "\(.memoryBytes | bytes_in_words) of \(.memoryLimitBytes | bytes_in_words)" end),
    (if .ports == [] then "-" else .ports | join(" ") end)
  ]
),
(
  .jobs[] |
  [.service, "job", (.release // "-"), .state, (if .exitCode == 0 then "done" else "failed" end), "-", (.since | ago), "-", "-", "-"]
) |
@tsv
