# The line that is written down of a restore for ever. Needs no input. Further: $who, $what, $set, $result, $seconds.

{
  time: (now | todate),
  who: $who,
  what: $what,
  set: (if $set == "" then null else $set end),
  result: $result,
  seconds: $seconds
}
