# The state of the archive on one line, for a person. Input: that state.

include "words";

"archived up to \(.archivedTo // "nothing"), " +
(if .trouble then "\(.trouble); \(.secondsBehind // 0 | seconds_in_words) behind" else "\(.secondsBehind) s behind" end) +
(if .restorableFrom then ", restorable from \(.restorableFrom)" else ", no base backup yet" end) +
", \(.bytes | bytes_in_words)"
