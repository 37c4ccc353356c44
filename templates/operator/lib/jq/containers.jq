# The containers of the project, out of what docker inspect says. Further: $deployed, the records of releases; $system.

def host_ports: [.NetworkSettings.Ports // {} | to_entries[] | .value // [] | .[] |
  (if .HostIp | contains(":") then "[\(.HostIp)]" else .HostIp end) + ":" + .HostPort] | unique;

def health_words: (.State.Health.Log // [] | last | .Output // "") | gsub("\\s+"; " ") | .[0:300];

# The release that the image of a container belongs to; null if it was never deployed to its end. The data tier and the
# gateway have images of their own, whose names say more.
def release_of($tier):
  .Image as $id |
  [$deployed[] | .release as $name | .images // {} | .[] | select(.id == $id) | [$name, .reference]][0] |
  if . == null then null elif $tier | IN("data", "gateway") then .[1] | sub("@sha256:[0-9a-f]{64}$"; "") | split("/") | last else .[0] end;

[.[] | (.Config.Labels // {}) as $labels | {
  id: .Id,
  container: .Name[1:],
  service: $labels[$system.labels.service],
  tier: $labels[$system.labels.tier],
  release: release_of($labels[$system.labels.tier]),
  imageId: .Image,
  state: .State.Status,
  exitCode: .State.ExitCode,
  outOfMemory: .State.OOMKilled,
  # Docker keeps the last word of a stopped one.
  health: (if .State.Status == "running" then .State.Health.Status // "none" else "none" end),
  healthOutput: health_words,
  restarts: .RestartCount,
  created: .Created,
  since: (if .State.Status == "running" then .State.StartedAt
    elif .State.Status == "created" then .Created
    else .State.FinishedAt end),
  ports: host_ports,
  address: ([.NetworkSettings.Networks // {} | .[].IPAddress | select(. != "" and . != null)][0] // "")
}]
