# The state of the maintenance page, for a person. Input: that state.

if .on then
  "visitors see the maintenance page since \(.since), by \(.by)\(if .text == "" then "" else ": \(.text)" end)"
else "visitors reach the system" end
