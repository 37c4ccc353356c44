# Why no backup may go: a clock that jumped makes every one look old. Nothing if all is well. Input: the backups, the newest
# first. Further: $now in seconds since 1970; $days that backups are kept.

[.[] | select(.broken == null) | .ended | fromdateiso8601] as $times |
if ($times | length) < 2 then empty
elif $times[0] - $now > 86400 then "the newest backup is of a time to come"
elif $now - $times[0] > $days * 86400 then "the newest backup is older than \($days) days"
elif $times[0] - $times[1] > $days * 86400 then "there was no backup for \($days) days before the newest"
else empty end
