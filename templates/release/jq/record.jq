# The record of a release. Needs no input. Further: all that is in it, each by its name; $reason may be empty.

{
  format: 1,
  release: $release,
  started: $started,
  ended: $ended,
  who: $who,
  workstation: $workstation,
  result: $result,
  images: $images,
  migration: $migration,
  verify: $verify
} + (if $reason == "" then {} else {reason: $reason} end)
