# shellcheck shell=bash
# The services of the system and their containers, as they are now.

# What was deployed, as an array: the release in use first, then the others, newest first.
deployed() {
  local folder
  folder=$(config .releases)
  find "$folder/current/" "$folder" -maxdepth 2 -name '*.json' \( -name release.json -o -name failed.json \) -exec cat {} + 2> /dev/null |
    jq -cn --arg current "$(jq -r .ended "$folder/current/release.json" 2> /dev/null || true)" \
      '[inputs? | {release, ended, images}] | sort_by(.ended) | reverse | sort_by(.ended != $current)'
}

# All containers of the project, whatever their state, as an array.
containers() {
  local ids
  mapfile -t ids < <(docker ps --all --quiet --no-trunc --filter "label=$(config .labels.service)")
  if [ ${#ids[@]} -eq 0 ]; then
    echo '[]'
    return
  fi
  # One that is removed at this very time makes inspect fail, and the others are printed all the same.
  { docker inspect "${ids[@]}" 2> /dev/null || true; } | query jq/containers.jq -c --argjson deployed "$(deployed)"
}

# Every service with its containers, as an array in start order. Input: the containers.
services() { query jq/services.jq -c; }

# Names of services, tiers and the word all, for completion.
service_words() { jq -r '[.services[] | .service, .tier] + ["all"] | unique[]' "$CONFIG"; }

# chosen_services VERB WORD...: services in start order, by service, tier or all; without a word all of them.
chosen_services() {
  local verb=$1 unknown
  shift
  unknown=$(jq -r '[.services[] | .service, .tier, "all"] as $known | $ARGS.positional - $known | .[0] // ""' "$CONFIG" --args "$@")
  if [ -n "$unknown" ]; then
    wrong_usage "there is no service or tier \"$unknown\"" "one of $(service_words | paste -sd ' ')" "emaintenance $verb --help"
  fi
  query jq/chosen-services.jq -nr --args "$@"
}

# json_array WORD...: the words as a JSON array.
json_array() { jq -nc '$ARGS.positional' --args "$@"; }
