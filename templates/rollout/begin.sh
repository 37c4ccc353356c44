#!/usr/bin/env bash
# Begins a deployment: takes the lock, or says who has it, and removes the completion marker until the last script. Runs behind
# untrusted.sh.
set -euo pipefail

: "${LOCK:?file that says who deploys}"
: "${RESTORE_LOCK:?file that a restore has locked as long as it runs}"
: "${RESTORE_JOURNAL:?file that is there while a restore is under way, or was killed}"
: "${TAKE_OVER_MINUTES:?minutes after which anybody may take the lock over}"
: "${MARK:?id of the container whose name says whether the last deployment is complete}"
: "${MARK_PREFIX:?what its name begins with while it is not}"
: "${LABEL:?label of the containers that are made next to the ones in use}"
: "${DEPLOYMENT:?id of this deployment}"
: "${RELEASE:?release that is deployed}"
: "${OWNER:?who deploys}"
WORKSTATION=${WORKSTATION-} KNOWN=${KNOWN-} FORMER_LOCK=${FORMER_LOCK-} FORMER_RESTORE_LOCK=${FORMER_RESTORE_LOCK-}

# Without a name, the machine is known by the address that it comes from.
owner=$OWNER@${WORKSTATION:-${SSH_CLIENT%% *}}

# <%~ include("shared/as-root.sh") %>

# The folder of the lock is the login's that deploys, and the one around it root's: nobody else can lay anything there.
make_folder() {
  local folder=${LOCK%/*}
  as_root install -d -o root -g root -m 0755 "${folder%/*}"
  if [ -e "$LOCK" ] || { [ -d "$folder" ] && [ -w "$folder" ]; }; then return; fi
  as_root install -d -o "$(id -u)" -g "$(id -g)" -m 0755 "$folder"
}

# A link is made whole or not at all, and not where there is one: of two programs at the same time one fails, and one that is
# killed leaves no lock without an owner.
make_lock() {
  local new code=0
  make_folder || return 1
  new=$(mktemp "$LOCK.XXXXXX" 2> /dev/null) || return 1
  jq -nc --arg owner "$owner" --arg started "$(date -u +%FT%TZ)" --arg release "$RELEASE" --arg deployment "$DEPLOYMENT" \
    --arg address "${SSH_CLIENT%% *}" '{owner: $owner, started: $started, release: $release, deployment: $deployment, address: $address}' > "$new"
  chmod 0644 "$new"
  ln "$new" "$LOCK" 2> /dev/null || code=$?
  rm -f "$new"
  return "$code"
}

# What a lock file holds, on one line: a terminal obeys what is in it.
field() {
  local value
  value=$(jq -r ".$1 // empty" "${2:-$LOCK}" 2> /dev/null | LC_ALL=C tr -d '[:cntrl:]') || true
  echo "${value:-unknown}"
}

# A deploy of a version before has its lock in a folder of everybody.
former_deploy() { [ -n "$FORMER_LOCK" ] && deploy_lock_counts "$FORMER_LOCK" "$TAKE_OVER_MINUTES"; }

take_lock() {
  local minutes
  if former_deploy && [ "$(field owner "$FORMER_LOCK")" != "$owner" ]; then
    echo "$(field owner "$FORMER_LOCK") deploys release $(field release "$FORMER_LOCK") here since $(field started "$FORMER_LOCK"), with a version before this one. Expected one deployment at a time. Wait for its end; if it has died, remove its lock on this host: sudo rm $FORMER_LOCK" >&2
    exit 1
  fi
  if make_lock; then return; fi
  minutes=$(((EPOCHSECONDS - $(stat --format %Y "$LOCK" 2> /dev/null || echo 0)) / 60))
  if [ "$(field owner)" != "$owner" ] && [ "$minutes" -lt "$TAKE_OVER_MINUTES" ]; then
    {
      echo "$(field owner) deploys release $(field release) here since $(field started); its last sign of life is $minutes minutes old."
      echo "Expected one deployment at a time. Wait for its end. If it has died, its owner can deploy again at once, anybody in"
      echo "$((TAKE_OVER_MINUTES - minutes)) minutes; or remove the lock on this host: sudo rm $LOCK"
    } >&2
    exit 1
  fi
  echo "taking over the lock of $(field owner), who deployed release $(field release) since $(field started)"
  as_root rm -f "$LOCK"
  make_lock || {
    echo "another deployment has just taken the lock $LOCK. Expected one deployment at a time. Deploy again when that one has ended." >&2
    exit 1
  }
}

# is_locked FILE: whether a script of root has it locked. The file of another user says nothing.
is_locked() { [ -f "$1" ] && [ ! -L "$1" ] && [ "$(stat --format %u "$1")" = 0 ] && ! as_root flock --nonblock "$1" true; }

# A restore takes its lock first and looks for that of a deployment then; here it is the other way round, so that one of both sees the other.
refuse_during_restore() {
  local what remedy
  if is_locked "$RESTORE_LOCK" || is_locked "$FORMER_RESTORE_LOCK"; then
    what="a restore is under way" remedy="Wait for its end, and deploy again."
  elif [ -e "$RESTORE_JOURNAL" ]; then
    what="a restore was killed before its end" remedy="Undo it on the host, then deploy again: emaintenance restore --recover."
  else
    return 0
  fi
  echo "$what on $(hostname). Expected none while a release is deployed. $remedy" >&2
  exit 1
}

# Containers that an earlier deployment has made, and that Terraform does not know: it died before it had written them down.
# They serve nobody, as one that serves has the name of its service.
remove_unknown() {
  local id name
  [ -n "$KNOWN" ] || return 0
  docker ps --all --no-trunc --filter "label=$LABEL" --format '{{.ID}} {{.Names}}' | while read -r id name; do
    [[ $name =~ -[0-9]{14,20}$ && " $KNOWN " != *" $id "* ]] || continue
    echo "removing $name, which was made by a deployment that died"
    docker rm --force "$id" > /dev/null
  done
}

# A restore holds the deployment lock too, which would only name its owner.
[ ! -e "$RESTORE_JOURNAL" ] || refuse_during_restore
take_lock
# A deployment that has failed is no longer under way.
trap '[ $? -eq 0 ] || as_root rm -f "$LOCK"' EXIT
refuse_during_restore
name=$MARK_PREFIX-${MARK:0:12}
[ "$(docker inspect --format '{{.Name}}' "$MARK")" = "/$name" ] || docker rename "$MARK" "$name"
remove_unknown
echo "deployment $DEPLOYMENT of release $RELEASE by $owner has begun"
