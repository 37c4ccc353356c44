# Sources of open alerts, of one source and of its parts. Input: lines of text, each an alert in JSON. Further:
# $source.

reduce (inputs | fromjson? | select("\(.source)/" | startswith($source + "/"))) as $alert ({};
  .[$alert.source] = $alert.severity
) |
to_entries[] | select(.value != "info") | .key
