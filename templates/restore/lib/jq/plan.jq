# The first line of the plan of a restore. Input: the backups. Further: $set that is restored; $what, the words of the command.

include "words";

.[] | select(.set == $set) |
"\($what) from \($set): of \(.window.from // .started // "?"), \(.started // "?" | ago) ago, " +
"release \(.release // "?"), \(.bytes | bytes_in_words), " +
(
  if .verified.ok == true then "verified"
  elif .verified.ok == false then "FAILED its verification"
  else "not verified yet" end
)
