# {service: {reference, id, digest}}, each by its newest container. Input: a list of two lists, what docker inspect says of the
# containers and of their images. Further: $name of the label with the service; $references as words service=reference.

($references | split(" ") | map(select(. != "") | capture("^(?<key>[^=]+)=(?<value>.*)$")) | from_entries) as $reference |
(.[1] | map({key: .Id, value: .RepoDigests[0]?}) | from_entries) as $digest |
.[0] | sort_by(.Created) | map(
  .Config.Labels[$name] as $service |
  {key: $service, value: {reference: ($reference[$service] // .Image), id: .Image, digest: $digest[.Image]}}
) | from_entries
