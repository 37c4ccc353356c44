# What each running container uses, by its id. Input: what docker stats prints, as a list.

include "words";

map({
  key: .ID,
  value: {
    cpuPercent: (.CPUPerc | rtrimstr("%") | try tonumber catch null),
    memoryBytes: (.MemUsage | split(" / ")[0] | try docker_bytes catch null),
    memoryLimitBytes: (.MemUsage | split(" / ")[1] | try docker_bytes catch null)
  }
}) | from_entries
