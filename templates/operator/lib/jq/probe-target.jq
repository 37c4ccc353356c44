# What is asked of a service, as a line with tabs; "-" stands for what there is not. Input: the service.

[
  .id // "-",
  .state,
  .probe.kind,
  (.probe.address // .address | if . == "" then "-" else . end),
  .probe.port // "-",
  .probe.path // "-"
] | @tsv
