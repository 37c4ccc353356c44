# The first line of the plan of a point-in-time restore. Input: the base backup. Further: $target, the recovery target time.

include "words";

"restore point-in-time: the whole cluster as it was at \($target), " +
"from \(.base) of \(.ended), \(.ended | ago) ago, \(.clusterBytes | bytes_in_words)"
