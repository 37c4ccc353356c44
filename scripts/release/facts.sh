#!/usr/bin/env bash
# Prints what Docker knows of the system's containers, as one document: {containers: [...], logs: {id: text}}. Logs are of
# those containers that are not well.
set -euo pipefail

: "${LABEL:?label of the containers}"

ids=$(docker ps --all --quiet --no-trunc --filter "label=$LABEL")
all='[]'
# shellcheck disable=SC2086 # ids are words
# shell-rules: allow the program is sent with this script, which is sent as it lies here
[ -z "$ids" ] || all=$({ docker inspect $ids 2> /dev/null || true; } | jq -c 'map({
  id: .Id, name: (.Name | ltrimstr("/")), service: .Config.Labels[env.LABEL], created: .Created, image: .Config.Image,
  state: .State.Status, exitCode: .State.ExitCode, outOfMemory: .State.OOMKilled, error: .State.Error,
  restarts: .RestartCount, memoryBytes: .HostConfig.Memory, restartPolicy: .HostConfig.RestartPolicy.Name,
  health: (.State.Health.Status // "none"), healthOutput: (.State.Health.Log // [] | map(.Output) | last // "")})')

logs='{}'
# shell-rules: allow the program is sent with this script, which is sent as it lies here
for id in $(jq -r '.[] | select(.state != "running" or .health == "unhealthy" or .health == "starting" or .restarts > 0) | .id' <<< "$all"); do
  text=$(docker logs --tail 40 "$id" 2>&1 | tail -c 6000) || text=''
  logs=$(jq -c --arg id "$id" --arg text "$text" '. + {($id): $text}' <<< "$logs")
done
jq -nc --argjson containers "$all" --argjson logs "$logs" '{containers: $containers, logs: $logs}'
