# What is needed of the manifest that pg_basebackup writes: the log that leads on from it, how many files it lists, and their
# bytes; nothing if it does not say the bytes. Input: that manifest.

{
  ranges: .["WAL-Ranges"],
  files: (.Files | length),
  bytes: ([.Files[].Size | numbers] | add)
} | select(.bytes | type == "number")
