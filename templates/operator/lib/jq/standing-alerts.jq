# Alerts that still stand: the newest of each source, where that is no all-clear. Input: all alerts.

group_by(.source) | map(max_by(.time)) |
map(select(.severity | IN("ok", "resolved", "info") | not)) |
sort_by(.time)
