# Service and image of the newest container of each service that changes with the releases, as lines with tabs: the data tier
# and the gateway do not. Input: the containers. Further: $system.

. as $containers |
$system.services[] | select(.tier | IN("api", "web")) | .service as $service |
[$containers[] | select(.service == $service)] | sort_by(.created) | .[-1:][] |
[.service, .imageId] | @tsv
