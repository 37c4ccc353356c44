# A line with tabs for each base backup, the newest first. Input: the state of the archive.

include "words";

.bases | reverse | .[] |
[.base, .generation, .ended, (.ended | ago), (.bytes | bytes_in_words)] | @tsv
