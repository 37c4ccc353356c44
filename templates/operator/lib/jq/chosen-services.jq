# Names of services in start order, by the words for them: services, tiers or all; without a word all of them. Needs no
# input. Further: $system; the words are the positional arguments.

$system.services[] |
[.service, .tier, "all"] as $names |
select($ARGS.positional == [] or $names - $ARGS.positional != $names) |
.service
