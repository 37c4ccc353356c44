# Containers of the services that do not run, with their states, as lines with tabs. Input: the containers. Further: $system.

.[] | select(.service | IN($system.services[].service)) |
select(.state | IN("running", "paused", "restarting") | not) |
[.container, .state] | @tsv
