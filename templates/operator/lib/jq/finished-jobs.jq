# Containers of the jobs that have ended. Input: the containers. Further: $system.

.[] | select((.service | IN($system.jobs[].service)) and .state == "exited") | .container
