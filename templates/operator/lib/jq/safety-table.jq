# Each finding as a line with tabs and one below it. Input: the document of `emaintenance safety-check`.

.findings[] |
([.severity, .check, .what] | @tsv),
"!                     expected \(.expected); \(.remedy)"
