# The manifest of a base backup. Needs no input. Further: all that is in it, each by its name; $facts of the server; $listed, as
# backup-manifest.jq makes it.

{
  format: 1,
  started: $started,
  ended: $ended,
  image: $image,
  postgres: $facts,
  firstSegment: $firstSegment,
  range: $listed.ranges[0],
  clusterFiles: $listed.files,
  clusterBytes: $listed.bytes,
  bytes: $bytes,
  sha256: $sha256
}
