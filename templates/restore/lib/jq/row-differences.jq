# Tables that have another number of rows than the manifest says, one a line. Needs no input. Further: $expected and $found,
# numbers of rows by table.

$expected + $found | keys[] |
select($expected[.] != $found[.]) |
"  \(.): \($found[.] // "no table") instead of \($expected[.] // "no table")"
