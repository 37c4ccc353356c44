# The state of the archive as one document. Needs no input. Further: $generation; $archivedAt, seconds since 1970 as text;
# $behindBytes, $behindSeconds, $hole, $bytes; $trouble in words, or empty; $bases, the base backups.

($archivedAt | tonumber) as $at |
{
  time: (now | todate),
  generation: $generation,
  archivedAt: $at,
  archivedTo: (if $at > 0 then $at | floor | todate else null end),
  secondsBehind: (if $behindSeconds then [$behindSeconds, 0] | max * 10 | floor / 10 else null end),
  behindBytes: $behindBytes,
  trouble: (if $trouble == "" then null else $trouble end),
  hole: $hole,
  bytes: $bytes,
  bases: [$bases[] | {base, generation, ended, bytes}],
  restorableFrom: ($bases[0].ended // null)
}
