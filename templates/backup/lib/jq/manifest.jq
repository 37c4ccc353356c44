# The manifest of a backup. Needs no input. Further: all that is in it, each by its name; $facts of the main database, null if
# it is not in the backup; $others, the other databases.

{
  format: $format,
  set: $set,
  kind: $kind,
  number: $number,
  reason: $reason,
  release: $release,
  started: $started,
  ended: $ended,
  images: $images,
  references: $references,
  postgres: (if $facts then $facts + {databases: ([{name: $facts.database}] + $others)} else null end),
  rowCounts: $rowCounts,
  files: $files,
  entries: $entries,
  window: {from: $from, to: $to, removed: $removed}
}
