# shellcheck shell=bash
# Which sets go.

# Sets with what keeps each, `kept` null for those that may go. Of each kind the newest stays, the newest that was verified,
# and the three newest that did not fail verification, whatever a clock says about their age; and what is pinned or broken.
sets_with_fate() {
  list_sets | jq -c --argjson now "$EPOCHSECONDS" --argjson rules "$(config '.backup')" '
    def time: (.ended // "") | (try fromdateiso8601 catch null);
    def ages: ($now - (time // $now)) / 86400;
    # The newest of each day, week or month, by the part of the time that `key` makes of it.
    def newest_of_each(key): group_by(key) | map(max_by(.number).set);
    def kept_reasons: . as $sets |
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
        elif ages <= $rules.keepDays and (($rules.onePerDay | not) or ages <= 2 or (.set | IN($daily[]))) then "younger than \($rules.keepDays) days"
        elif ages <= $rules.keepWeeks * 7 and (.set | IN($weekly[])) then "newest of its week"
        elif ages <= $rules.keepMonths * 31 and (.set | IN($monthly[])) then "newest of its month"
        else null end)});
    group_by(.kind) | map(sort_by(.number, .set) | reverse | kept_reasons) | add // [] | sort_by(.number, .set) | reverse'
}

# Says why nothing may go: a clock that jumped makes every set look old. Nothing where all is well.
retention_doubt() {
  list_sets | jq -r --argjson now "$EPOCHSECONDS" --argjson days "$(config '.backup.keepDays')" '
    [.[] | select(.broken == null) | .ended | fromdateiso8601] as $times |
    if ($times | length) < 2 then empty
    elif $times[0] - $now > 86400 then "the newest set is of a time to come"
    elif $now - $times[0] > $days * 86400 then "the newest set is older than \($days) days"
    elif $times[0] - $times[1] > $days * 86400 then "there was no set for \($days) days before the newest"
    else empty end'
}

# Removes what nothing keeps; under the lock. Says how many went, or why none did.
prune_sets() {
  local doubt name gone=0
  doubt=$(retention_doubt)
  if [ -n "$doubt" ]; then
    echo "no set removed: $doubt"
    return 0
  fi
  while IFS= read -r name; do
    if remove_set "$name"; then
      gone=$((gone + 1))
      echo "removed the set $name"
    else
      echo "kept the set $name: it is in use"
    fi
  done < <(sets_with_fate | jq -r '.[] | select(.kept == null) | .set')
  echo "$gone old sets removed"
}
