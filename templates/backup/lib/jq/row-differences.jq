# Tables that have another number of rows than they should, in words on one line. Needs no input. Further: $expected and
# $counted, numbers of rows by table.

[
  ($expected + $counted | keys[]) |
  select($expected[.] != $counted[.]) |
  "\(.) \($counted[.] // "missing") instead of \($expected[.] // "none")"
] | join(", ")
