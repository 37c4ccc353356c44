# Backups with what keeps each, `kept` null for those that may go; the newest first. Of each kind the newest stays, the newest
# that was verified, and the three newest that did not fail verification, whatever a clock says about their age; and what is
# pinned or broken. Input: the backups. Further: $now in seconds since 1970; $rules, of the description of the system.

def time: (.ended // "") | (try fromdateiso8601 catch null);

def ages: ($now - (time // $now)) / 86400;

# The newest of each day, week or month, by the part of the time that `key` makes of it.
def newest_of_each(key): group_by(key) | map(max_by(.number).set);

# Input: the backups of one kind, the newest first.
def kept_reasons:
  ([.[] | select(.verified.ok != false)] | .[0:3] | map(.set)) as $least |
  ([.[] | select(.verified.ok == true)] | .[0].set) as $verified |
  ([.[] | select(.broken == null)] | newest_of_each(time / 86400 | floor)) as $daily |
  ([.[] | select(.broken == null)] | newest_of_each((time / 86400 + 4) / 7 | floor)) as $weekly |
  ([.[] | select(.broken == null)] | newest_of_each(time | gmtime | mktime | strftime("%Y-%m"))) as $monthly |
  to_entries | map(.key as $at | .value | . + {kept: (
    if .pinned then "pinned"
    elif .broken != null then "its manifest cannot be read: look into it"
    elif $at == 0 then "newest of its kind"
    elif .set == $verified then "newest verified of its kind"
    elif .set | IN($least[]) then "one of the three newest of its kind"
    elif ages <= $rules.keepDays and (($rules.onePerDay | not) or ages <= 2 or (.set | IN($daily[]))) then
      "younger than \($rules.keepDays) days"
    elif ages <= $rules.keepWeeks * 7 and (.set | IN($weekly[])) then "newest of its week"
    elif ages <= $rules.keepMonths * 31 and (.set | IN($monthly[])) then "newest of its month"
    else null end
  )});

group_by(.kind) | map(sort_by(.number, .set) | reverse | kept_reasons) | add // [] |
sort_by(.number, .set) | reverse
