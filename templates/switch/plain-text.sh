# shellcheck shell=bash
# What a container prints, as text that is safe in a terminal.

# Copies input to output without control characters, those of Unicode (U+0080 to U+009F) included, and cuts long lines. A
# program in a container chooses its words: no escape sequence of it may reach the operator's terminal.
plain_text() {
  LC_ALL=C sed 's/\t/  /g; s/[[:cntrl:]]//g; s/\xc2[\x80-\x9f]/?/g; s/^\(.\{500\}\).\{1,\}$/\1.../'
}
