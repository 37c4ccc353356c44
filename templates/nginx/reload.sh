#!/usr/bin/env bash
# Puts a new gateway configuration into use without dropping a request, or not at all.
set -euo pipefail

readonly WRONG_USAGE=2 REFUSED=3

usage() {
  cat <<'TEXT'
usage: reload.sh [--wait SECONDS] [--drain SECONDS] [FOLDER IMAGE CONTAINER]

Takes FOLDER/nginx.conf.new, lets nginx of IMAGE test it in a container that is thrown away, puts it in the place of
FOLDER/nginx.conf and, where CONTAINER runs, makes nginx in it load the file and waits for its new workers. A file that
nginx refuses changes nothing, nor does one that is the same as before. It is safe to repeat after any failure.

  FOLDER      the folder that CONTAINER mounts (at /etc/nginx/emaintenance)
  IMAGE       the image of CONTAINER
  CONTAINER   name of the gateway's container; it need not exist yet

  --wait SECONDS    how long the new workers may take to come up (default 20)
  --drain SECONDS   afterwards, how long to wait for the old workers to finish open requests (default 0: do not wait)
  --help            this text

environment: FOLDER, IMAGE and CONTAINER, where they are no arguments; MOUNT, where the folder is in the container;
             LOCK, a file of a deployment that goes when this fails; TRY_ONLY=1 to end after the test, with nothing changed
             and FOLDER/nginx.conf.new removed

exit codes: 0 the configuration is in place, and in use where the container runs
            1 it is not, for the reason printed; the previous one is back in place
            2 wrong usage
            3 nginx refuses the configuration; the previous one is untouched and in use
TEXT
}

say() {
  printf 'gateway: %s\n' "$*"
}

fail() {
  local code=$1
  shift
  printf 'gateway: %s\n' "$*" >&2
  # A deployment that has failed is no longer under way.
  [[ -z ${LOCK-} ]] || rm -f "$LOCK"
  exit "$code"
}

read_arguments() {
  local value
  wait_seconds=20
  drain_seconds=0
  while [[ ${1-} == -* ]]; do
    case $1 in
      --help) usage && exit 0 ;;
      --wait | --drain)
        value=${2-}
        [[ $value =~ ^[0-9]{1,4}$ ]] || fail $WRONG_USAGE "$1 takes a number of seconds, not \"$value\""
        if [[ $1 == --wait ]]; then wait_seconds=$value; else drain_seconds=$value; fi
        shift 2
        ;;
      *) fail $WRONG_USAGE "unknown option $1: see reload.sh --help" ;;
    esac
  done
  [[ $# -eq 3 || $# -eq 0 ]] || fail $WRONG_USAGE "expected FOLDER IMAGE CONTAINER, got $# arguments: see reload.sh --help"
  folder=${1-${FOLDER-}} image=${2-${IMAGE-}} container=${3-${CONTAINER-}} mount=${MOUNT-/etc/nginx/emaintenance}
  [[ -n $folder && -n $image && -n $container ]] ||
    fail $WRONG_USAGE "FOLDER, IMAGE or CONTAINER is missing: see reload.sh --help"
  [[ $folder == /* && -d $folder ]] ||
    fail $WRONG_USAGE "$folder is no folder with an absolute path: name the one that gets nginx.conf.new"
}

# Two deploys at once would test one file and install the other.
lock_folder() {
  exec 9>"$folder/.reload.lock"
  flock --wait 120 9 || fail 1 "another reload.sh has been busy in $folder for two minutes: try again later"
}

# The limits of the real container: what only works with more of the system is refused here, not there.
nginx_accepts() {
  timeout 60 docker run --rm --network none --pids-limit 64 --read-only --security-opt no-new-privileges \
    --cap-drop ALL --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add NET_BIND_SERVICE --cap-add SETGID --cap-add SETUID \
    --tmpfs /run --tmpfs /tmp --tmpfs /var/cache/nginx --tmpfs /var/log/nginx \
    --volume "$folder:$mount:ro" --entrypoint nginx "$image" -t -q -c "$mount/$1" 2>&1
}

test_configuration() {
  local words code=0
  words=$(nginx_accepts nginx.conf.new) || code=$?
  case $code in
    0) [[ -z $words ]] || say "nginx remarks: $words" ;;
    1) fail $REFUSED "nginx refuses the new configuration, the one in use stays:"$'\n'"$words" ;;
    *) fail 1 "the new configuration cannot be tested with the image $image, the one in use stays:"$'\n'"$words" ;;
  esac
}

# What nginx has accepted: this configuration, tested with this image.
tried() {
  printf '%s %s\n' "$(sha256sum <"$folder/nginx.conf.new")" "$image"
}

was_tried() {
  [[ -e $folder/.tried && $(<"$folder/.tried") == "$(tried)" ]]
}

# Before anything of a deploy has changed: what nginx refuses now would else be found out at the cutover.
try_configuration() {
  trap 'rm -f "$folder/nginx.conf.new"' EXIT
  if [[ -e $folder/nginx.conf.new ]]; then
    test_configuration
    tried >"$folder/.tried"
  fi
  say "nginx accepts the configuration"
}

# A rename, so that nginx and a power cut find one whole file or the other. What is in use is unknown until nginx has
# loaded it, so the completion marker goes first.
install_configuration() {
  rm -f "$folder/.loaded"
  if [[ -e $folder/nginx.conf ]]; then
    cp -p "$folder/nginx.conf" "$folder/nginx.conf.previous"
    replaced=yes
  fi
  chmod 0644 "$folder/nginx.conf.new"
  sync "$folder/nginx.conf.new"
  mv -f "$folder/nginx.conf.new" "$folder/nginx.conf"
}

digest() {
  sha256sum <"$folder/nginx.conf"
}

mark_loaded() {
  digest >"$folder/.loaded"
}

is_loaded() {
  [[ -e $folder/.loaded && $(<"$folder/.loaded") == "$(digest)" ]]
}

container_runs() {
  [[ $(docker inspect --type container --format '{{.State.Status}}' "$container" 2>/dev/null) == running ]]
}

# One line for each worker: its process id, and whether it takes new connections ("serving") or finishes old ones.
# shellcheck disable=SC2016 # expanded by the shell in the container
readonly LIST_WORKERS='
  for process in /proc/[0-9]*; do
    title=$(tr "\0" " " 2>/dev/null <"$process/cmdline") || continue
    case $title in
      "nginx: worker process is shutting down"*) echo "${process#/proc/} finishing" ;;
      "nginx: worker process"*) echo "${process#/proc/} serving" ;;
    esac
  done'

workers() {
  docker exec "$container" sh -c "$LIST_WORKERS" | sed -n "s/ $1\$//p" | sort
}

# Asks every fifth of a second whether a condition holds, for the given number of seconds.
within() {
  local seconds=$1 deadline
  [[ $seconds =~ ^[0-9]{1,4}$ ]] || return 1
  deadline=$((SECONDS + seconds))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

has_workers() {
  [[ -n $(workers serving) ]]
}

# New workers serve, and none of the old ones takes connections any more.
has_only_new_workers() {
  local now
  now=$(workers serving)
  [[ -n $now && -z $(comm -12 <(printf '%s\n' "$now") <(printf '%s\n' "$workers_before")) ]]
}

has_no_old_workers() {
  [[ -z $(workers finishing) ]]
}

# nginx remarks that it sends a signal, which is of interest only where that fails.
ask_for_reload() {
  local words
  words=$(docker exec "$container" nginx -c "$mount/nginx.conf" -s reload 2>&1) || {
    printf '%s\n' "$words" >&2
    return 1
  }
}

load_configuration() {
  docker exec "$container" cat "$mount/nginx.conf" | cmp -s - "$folder/nginx.conf" ||
    give_up "$container does not have $folder mounted at $mount, so it would not see the new file"
  within "$wait_seconds" has_workers || give_up "nginx in $container has no workers after $wait_seconds s"
  workers_before=$(workers serving)
  ask_for_reload || give_up "nginx in $container does not take the signal to reload"
  within "$wait_seconds" has_only_new_workers || give_up "nginx in $container did not load it within $wait_seconds s"
}

# A file that cannot be loaded must not lie in wait for the next restart.
give_up() {
  if [[ -n $replaced ]]; then
    mv -f "$folder/nginx.conf.previous" "$folder/nginx.conf"
    ask_for_reload || true
  fi
  # Clients choose some of its words: no escape sequence may reach the operator's terminal.
  docker logs --tail 5 "$container" 2>&1 | LC_ALL=C sed 's/[[:cntrl:]]//g' >&2 || true
  fail 1 "$1"
}

drain_old_workers() {
  ((drain_seconds == 0)) || within "$drain_seconds" has_no_old_workers ||
    say "some old workers still finish requests after $drain_seconds s"
}

main() {
  replaced=
  read_arguments "$@"
  lock_folder
  if [[ -e $folder/nginx.conf.new ]] && cmp -s "$folder/nginx.conf.new" "$folder/nginx.conf"; then
    rm -f "$folder/nginx.conf.new"
  fi
  if [[ -n ${TRY_ONLY-} ]]; then
    try_configuration
    return
  fi
  if [[ -e $folder/nginx.conf.new ]]; then
    was_tried || test_configuration
    install_configuration
  fi
  [[ -e $folder/nginx.conf ]] || fail 1 "neither nginx.conf.new nor nginx.conf is in $folder"
  if is_loaded; then
    say "nothing to do, the configuration is the same"
  elif container_runs; then
    load_configuration
    mark_loaded
    drain_old_workers
    say "the configuration is in use"
  else
    mark_loaded
    say "the configuration is in place; $container does not run, and reads it when it starts"
  fi
}

main "$@"
