# Every container of the chosen services: number of the service, its name, the container's id, as lines with tabs. Input: every
# service with its containers. Further: $names, the chosen ones.

.[] | .service as $one | select($one | IN($names[])) |
[($names | index($one)), $one, .id // "-"] | @tsv
