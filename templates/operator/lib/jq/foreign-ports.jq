# Ports of the host that containers of others have, or will have when they start: port, name, state, as lines with tabs. Input:
# what docker inspect says of each container, one after the other or as lists. Further: $system.

.[] |
select((.Config.Labels // {}) | has($system.labels.service) | not) | . as $one |
[(.NetworkSettings.Ports, .HostConfig.PortBindings) // {} | .[] // [] | .[] | .HostPort] | unique[] |
select(. != "") |
[., $one.Name[1:], $one.State.Status] | @tsv
