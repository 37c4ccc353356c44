# What the checks in a health answer say, in words: database up, redis down (timeout). Input: the answer.

(.checks // {}) | to_entries | map(
  .value as $check |
  if ($check | type) == "object" then
    "\(.key) \($check.status // "?")" + (if $check.error then " (\($check.error))" else "" end)
  else "\(.key) \($check)" end
) | join(", ")
