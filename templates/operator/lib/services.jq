# Every service of the description with each of its containers: usually one, two during a release, none where it is
# missing. Input: the containers.

. as $containers |
[$system.services[] | . as $service |
  ([$containers[] | select(.service == $service.service)] | sort_by(.container != $service.container, .created)) as $own |
  if $own == [] then
    $service + {state: "missing", health: "none", ports: [], restarts: 0, id: null, address: ""}
  else
    $own[] as $one | $service + $one
  end]
