# A line with tabs for each release. Input: the releases.

.[] | [
  (if .current then "*" else " " end),
  .name, .ended, .who, .result,
  (
    if .verify == null then "-"
    elif .verify.well then "\(.verify.passed | length) passed"
    else "failed: \(.verify.failed | join(", "))" end
  ),
  (if .imagesHere then "yes" else "no" end)
] | @tsv
