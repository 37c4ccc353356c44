#!/usr/bin/env bash
# Ends a deployment that has gone well: the system is complete, the watchdog and the operator's command may act again.
set -euo pipefail

: "${LOCK:?file that says who deploys}"
: "${MARK:?id of the container whose name says whether the last deployment is complete}"
: "${MARK_NAME:?its name when it is}"
: "${SERVICE_UID:?user and group id of the services}"
: "${SERVICE_FOLDERS:?folders that they write to, separated by spaces}"

# <%~ include("shared/as-root.sh") %>

# Ends what directories.sh has begun where the services have another user id than before: none of the former ones serves now.
take_from_former() {
  local folder owner group
  for folder in $SERVICE_FOLDERS; do
    read -r owner group < <(as_root stat --format '%u %g' "$folder" 2> /dev/null) || continue
    if [ "$owner" != "$SERVICE_UID" ] || [ "$group" = "$SERVICE_UID" ]; then continue; fi
    as_root chown --recursive --no-dereference --from="$group" "$SERVICE_UID" "$folder"
    as_root chown --recursive --no-dereference --from=":$group" ":$SERVICE_UID" "$folder"
    as_root setpriv --reuid "$SERVICE_UID" --regid "$SERVICE_UID" --clear-groups \
      find "$folder" -xdev -user "$SERVICE_UID" \( -type d -o -type f \) -perm /g+w -execdir chmod g-w -- {} + || true
    echo "$folder belongs to the user id $SERVICE_UID"
  done
}

# <%~ include("shared/failed-deploy.sh") %>

take_from_former
[ "$(docker inspect --format '{{.Name}}' "$MARK")" = "/$MARK_NAME" ] || docker rename "$MARK" "$MARK_NAME"
rm -f "$LOCK"
echo "the deployment is complete"
