# Every copy: the backup, its kind, when it was made, restic's number for it and its path there; the newest first. Input: what
# `restic snapshots --json` prints.

[
  .[] |
  {
    set: (.paths[0] | split("/") | last),
    time: (.time | sub("\\..*"; "Z") | sub("ZZ"; "Z")),
    snapshot: .short_id,
    path: .paths[0]
  } |
  .kind = (.set | split("_")[0])
] | sort_by(.time, .set) | reverse
