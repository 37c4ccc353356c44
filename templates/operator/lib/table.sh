# shellcheck shell=bash
# Tables for a person, out of lines with tabs.

# table COLUMN...: prints the heads and the lines of standard input in columns. A line "!text" is printed as it is,
# below the line before it. Words for a bad state are red on a terminal, for a doubtful one yellow.
table() {
  local IFS=$'\t'
  { printf '%s\n' "$*" && cat; } | printable | awk -F '\t' -v coloured="$COLOURED" '
    { line[NR] = $0 }
    !/^!/ { for (i = 1; i <= NF; i++) if (length($i) > width[i]) width[i] = length($i) }
    function painted(text, shown) {
      if (coloured == "") return shown
      if (text ~ /^(no|missing|exited|dead|unhealthy|failed|error|FULL)/) return "\033[31m" shown "\033[0m"
      if (text ~ /^(starting|restarting|created|paused|warning)/) return "\033[33m" shown "\033[0m"
      return shown
    }
    END {
      for (n = 1; n <= NR; n++) {
        if (line[n] ~ /^!/) { print substr(line[n], 2); continue }
        count = split(line[n], cell, "\t")
        out = ""
        for (i = 1; i <= count; i++)
          out = out (i == count ? painted(cell[i], cell[i]) : painted(cell[i], sprintf("%-" width[i] "s", cell[i])) "  ")
        sub(/ +$/, "", out)
        print out
      }
    }'
}
