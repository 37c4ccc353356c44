# Numbers and times in words.

def seconds_in_words:
  floor as $s |
  if $s < 60 then "\($s)s"
  elif $s < 3600 then "\($s / 60 | floor)m \($s % 60)s"
  elif $s < 86400 then "\($s / 3600 | floor)h \($s % 3600 / 60 | floor)m"
  else "\($s / 86400 | floor)d \($s % 86400 / 3600 | floor)h"
  end;

# Seconds since 1970 of a time as Docker and the records write it; null if it is invalid.
def epoch: try (sub("\\.[0-9]+"; "") | sub("\\+00:00$"; "Z") | fromdateiso8601) catch null;

def ago: epoch as $time | if $time == null then "?" else ([now - $time, 0] | max | seconds_in_words) end;

def rounded: if . >= 10 then (. + 0.5 | floor) else (. * 10 + 0.5 | floor / 10) end;

def bytes_in_words:
  if . == null then "?"
  elif . >= 1073741824 then "\(. / 1073741824 | rounded) GiB"
  elif . >= 1048576 then "\(. / 1048576 | rounded) MiB"
  else "\(. / 1024 | rounded) KiB"
  end;

# Bytes of a size as docker prints it, such as 48.3MiB or 1.2GB.
def docker_bytes:
  capture("^(?<number>[0-9.]+) *(?<unit>[A-Za-z]+)$") |
  (.number | tonumber) * ({
    B: 1, KB: 1000, MB: 1000000, GB: 1000000000, KIB: 1024, MIB: 1048576, GIB: 1073741824
  }[.unit | ascii_upcase]) | floor;

def problem($what; $expected; $remedy): {what: $what, expected: $expected, remedy: $remedy};

# A problem, or a finding, as two lines for a person.
def problem_in_words: "- \(.what)\n    expected \(.expected); \(.remedy)";
