# The document of `emaintenance version`. Input: the containers. Further: $scripts, a digest; $changed, paths of scripts, one a
# line. The data tier and the gateway have images of their own, which do not change with the releases.

{
  releases: [.[] | select(.state == "running" and (.tier | IN("api", "web"))) | .release // "not written down"] | unique,
  scripts: $scripts,
  changed: $changed | split("\n")
}
