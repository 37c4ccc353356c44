# The state of a maintenance page that is on: {on, since, by, text}. Needs no input. Further: $written, the text of its file,
# which the operator may have made by hand; $changed and $owner of that file.

($written | fromjson? // {}) as $words |
{on: true, since: ($words.since // $changed), by: ($words.by // $owner), text: ($words.text // "")}
