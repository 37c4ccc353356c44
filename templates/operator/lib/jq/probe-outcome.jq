# A service with how it has answered. Input: the service. Further: $outcome, $milliseconds.

{service, instance, tier, container, release: (.release // null)} + $outcome + {milliseconds: $milliseconds}
