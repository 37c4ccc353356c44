# Every service of the description with each of its containers: first those that serve, or are missing, in the order of
# their numbers; then what a release has made or retired. Input: the containers. Further: $system.

. as $containers |
[$system.services[] | . as $service |
  [range(1; $service.replicas + 1) | if . == 1 then $service.container else "\($service.container)-\(.)" end] as $expected |
  ([$containers[] | select(.service == $service.service)] | sort_by(.created)) as $own |
  ($expected[] as $name | [$own[] | select(.container == $name)][0] |
    if . == null then $service + {container: $name, state: "missing", health: "none", ports: [], restarts: 0, id: null, address: "", serves: true}
    else $service + . + {serves: true} end),
  ($own[] | select(.container | IN($expected[]) | not) | $service + . + {serves: false}) |
  . + {instance: .container[($system.project | length) + 1:]}]
