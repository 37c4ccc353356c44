# What is asked of a service, as a line with tabs; "-" means that there is none. Input: the service.

[
  .id // "-",
  .state,
  .probe.kind,
  (.probe.address // .address | if . == "" then "-" else . end),
  .probe.port // "-",
  .probe.path // "-"
] | @tsv
