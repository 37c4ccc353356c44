# Findings about backups that have stopped coming, or that do not come back. Input: the backups, the newest first. Further:
# $folder of the backups; $limit, the hours that the newest one may be old.

include "words";

def found($severity; $what; $expected; $remedy):
  {severity: $severity, check: "backups", what: $what, expected: $expected, remedy: $remedy};

[.[] | select(.broken == null and (.kind | IN("db", "full")))] as $database |
$database[0] as $newest |
(
  .[] | select(.broken != null) |
  found("warning"; "the backup \(.set) in \($folder) is broken: \(.broken)"; "a manifest"; "look into it, and remove the folder")
),
if $newest == null then
  found("notice"; "there is no backup in \($folder) yet"; "one a day"; "emaintenance backup")
else
  ((now - ($newest.ended | epoch)) / 3600 | floor) as $hours |
  (if $hours >= ($limit | tonumber) then
    found("error"; "the newest backup in \($folder) is \($hours) hours old"; "one that is younger than \($limit) hours";
      "look why: emaintenance status, and the log of the backup")
  else empty end),
  (if $newest.verified.ok == false then
    found("error"; "the newest backup, \($newest.set), failed its verification: \($newest.verified.message)";
      "one that can be restored"; "emaintenance backup database, then emaintenance verify-backup")
  elif all($database[]; .verified.ok != true) and ((now - ($database[-1].ended | epoch)) / 86400 > 8) then
    found("warning"; "no backup of the database was ever restored to verify it"; "one a week"; "emaintenance verify-backup")
  else empty end)
end
