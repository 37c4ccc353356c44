# shellcheck shell=bash
# What enables the maintenance page: a file in the folder of the gateway's configuration, which nginx looks for at each
# request.

maintenance_flag() { printf '%s/maintenance.on' "$(config .gatewayFolder)"; }

# put PATH: standard input becomes that file in one step, readable by nginx.
put() {
  local new=$1.new
  as_root tee "$new" > /dev/null && as_root chmod 0644 "$new" && as_root mv -f "$new" "$1"
}

# maintenance_on [TEXT]: the texts first, so that nobody sees an old one. It may be on already.
maintenance_on() {
  local text=$1 folder shown=$1
  folder=$(config .gatewayFolder)
  [ -n "$shown" ] || shown="E-Maintenance is being worked on. Please try again in a few minutes."
  as_root mkdir -p -m 0755 "$folder/.maintenance" || return
  jq -nr --arg text "$shown" --rawfile page "$LIB/maintenance.html" \
    '$page | split("%TEXT%") | join($text | @html)' | put "$folder/.maintenance/page.html" &&
    jq -nc --arg text "$shown" '{error: {code: "MAINTENANCE", message: $text}}' | put "$folder/.maintenance/answer.json" &&
    jq -nc --arg by "${SUDO_USER:-$(id -un)}" --arg text "$text" '{since: (now | todate), by: $by, text: $text}' |
    put "$folder/maintenance.on"
}

maintenance_off() {
  local folder
  folder=$(config .gatewayFolder)
  as_root rm -f "$folder/maintenance.on" && as_root rm -rf "$folder/.maintenance"
}

# One document: {on, since, by, text}. A file that was made by hand is on as well.
maintenance_state() {
  local flag
  flag=$(maintenance_flag)
  if [ -e "$flag" ]; then
    query jq/maintenance-state.jq -nc --arg changed "$(date -u -r "$flag" +%FT%TZ)" --arg owner "$(stat -c %U "$flag")" \
      --rawfile written "$flag"
  else
    echo '{"on":false,"since":null,"by":null,"text":""}'
  fi
}
