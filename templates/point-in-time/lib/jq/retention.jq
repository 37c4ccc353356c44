# Base backups with whether each may go: when a later one is old enough too, so that every time of the last days can still be
# reached. None goes while the newest is too old itself: backups have stopped then, or the clock has jumped. Input: the base
# backups, the oldest first. Further: $now in seconds since 1970; $days that can be restored to.

($now - $days * 86400) as $limit |
(map(.ended | fromdateiso8601)) as $times |
if length == 0 or ($times | last) < $limit then map(. + {gone: false})
else to_entries | map(.key as $at | .value + {gone: ($times[$at + 1:] | any(. <= $limit))}) end
