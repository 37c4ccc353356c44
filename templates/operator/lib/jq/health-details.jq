# What the services have answered that are not well, and what to do, for a person. Input: the document of `emaintenance health`.

.services[] | select(.healthy | not) |
(
  if .body == null then empty
  else "\n\(.instance) answered:", (if (.body | type) == "string" then .body else .body | tojson end) end
),
"\n\(.service): see emaintenance logs \(.service) --since 10m; emaintenance restart \(.service)"
