# Facts of the host. Needs no input. Further, as texts: $name, $cpus, and the files of /proc as $memory, $load and $uptime; and
# $disks, a list.

def kibibytes($key): $memory | capture("(^|\n)\($key): +(?<n>[0-9]+)").n | tonumber * 1024;

{
  name: $name,
  uptimeSeconds: ($uptime | split(" ")[0] | tonumber | floor),
  cpus: ($cpus | tonumber),
  load: ($load | split(" ")[0:3] | map(tonumber)),
  memory: {totalBytes: kibibytes("MemTotal"), availableBytes: kibibytes("MemAvailable")},
  disks: $disks
}
