# Open alerts: the newest of each source, unless it is an all-clear. Input: all alerts.

group_by(.source) | map(max_by(.time)) |
map(select(.severity | IN("ok", "resolved", "info") | not)) |
sort_by(.time)
