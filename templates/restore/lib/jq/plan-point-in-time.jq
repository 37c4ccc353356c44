# The first line of the plan of a restore to a moment. Input: the base backup. Further: $moment in words.

include "words";

"restore point-in-time: the whole cluster as it was at \($moment), " +
"from \(.base) of \(.ended), \(.ended | ago) ago, \(.clusterBytes | bytes_in_words)"
