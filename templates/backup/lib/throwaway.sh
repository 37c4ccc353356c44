# shellcheck shell=bash
# An ephemeral PostgreSQL server: for a few minutes, without a network, with no data but those of the script that started it.

# ephemeral_label PURPOSE: what finds these containers again, should the script that started one be killed.
ephemeral_label() { printf '%s' "$PROJECT.throwaway=$1"; }

# remove_ephemeral PURPOSE: all of them, and their folders; under a lock for this purpose. One after the other, as
# remove_readers does.
remove_ephemeral() {
  docker ps --all --quiet --filter "label=$(ephemeral_label "$1")" | xargs --no-run-if-empty --max-args 1 docker rm --force --volumes > /dev/null
  rm -rf "$BACKUPS/.scratch.$1"
}

# ephemeral_image NAME: the image whose server wrote the backup; where it is gone, that of the server that runs, if it is of the
# same major version.
ephemeral_image() {
  local image major container
  image=$(manifest "$1" .images.postgres)
  if [[ $image =~ $IMAGE_ID ]] && docker image inspect "$image" > /dev/null 2>&1; then
    printf '%s' "$image"
    return 0
  fi
  major=$(manifest "$1" .postgres.major)
  container=$(container_of postgres) || return 1
  if [ "$(docker exec "$container" postgres --version | grep -oE '[0-9]+' | head -n 1)" != "$major" ]; then
    echo "no image of PostgreSQL $major is here: expected $(manifest "$1" .references.postgres). Pull it" >&2
    return 1
  fi
  docker inspect --format '{{.Image}}' "$container"
}

# start_ephemeral PURPOSE IMAGE FOLDER USER: id of a running server; its files are in a folder of this purpose on the disk of
# the backups, and FOLDER is its /set. What it writes need not survive: it waits for no disk.
start_ephemeral() {
  local id scratch=$BACKUPS/.scratch.$1
  # The server, which is not root, has to reach what is below it.
  install -d -m 0755 "$scratch/data" || return 1
  id=$(docker run --detach --network none --label "$(ephemeral_label "$1")" --pids-limit 512 --cpu-shares 512 --shm-size 128m \
    --env POSTGRES_USER="$4" --env POSTGRES_DB=postgres --env POSTGRES_HOST_AUTH_METHOD=trust \
    --env POSTGRES_PASSWORD=nobody-can-reach-it --env PGDATA=/var/lib/postgresql/data/pgdata \
    --volume "$scratch/data:/var/lib/postgresql/data" --volume "$3:/set:ro" "$2" \
    postgres -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 \
    -c max_wal_size=4GB -c autovacuum=off -c maintenance_work_mem=128MB) || return 1
  printf '%s' "$id"
}

# await_ephemeral ID USER: until it takes connections for good. The image starts a server for its own preparations first,
# which listens on the socket only.
await_ephemeral() {
  local end=$((SECONDS + 600))
  until docker exec "$1" pg_isready --quiet --host 127.0.0.1 --username "$2" 2> /dev/null; do
    if [ "$SECONDS" -ge "$end" ] || [ "$(docker inspect --format '{{.State.Running}}' "$1" 2> /dev/null)" != true ]; then
      echo "the ephemeral PostgreSQL does not start: $(docker logs --tail 3 "$1" 2>&1 | paste -sd ' ')" >&2
      return 1
    fi
    sleep 0.2
  done
}
