# Backups with their state, the newest first. Needs no input but the files: manifests and verified.json. Further: $names of the
# backups; $pinned, the names of those that are.

reduce inputs as $content ({};
  (input_filename | split("/")) as $path |
  .[$path[-2]][$path[-1]] = $content
) |
. as $all |
$names | map(
  . as $set |
  ($all[$set]["manifest.json"] // {}) as $manifest |
  {
    set: $set,
    kind: ($manifest.kind // ($set | split("_")[0])),
    number: ($manifest.number | numbers // 0),
    reason: $manifest.reason,
    release: $manifest.release,
    started: $manifest.started,
    ended: $manifest.ended,
    bytes: ([$manifest.files // {} | .[].bytes | numbers] | add // 0),
    verified: $all[$set]["verified.json"],
    pinned: ($set | IN($pinned[])),
    broken: (if $manifest.files then null else "its manifest cannot be read" end)
  }
) |
sort_by(.number, .set) | reverse
