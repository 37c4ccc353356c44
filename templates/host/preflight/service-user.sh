# shellcheck shell=bash
# The user id of the services. Who else has it reads their environment in /proc, with every secret in it, and their files.

# holder_of passwd|group: who has the id, by name; nobody, or only the account that a deployment has made for the services.
holder_of() {
  local name
  name=$(getent "$1" "$SERVICE_UID") || return 0
  name=${name%%:*}
  [ "$name" = "$SERVICE_ACCOUNT" ] || echo "$name"
}

# The first id from 10001 on that neither a login nor a group has.
free_uid() {
  local id=10001
  while getent passwd "$id" > /dev/null || getent group "$id" > /dev/null; do id=$((id + 1)); done
  echo "$id"
}

check_service_user() {
  local login group who=''
  login=$(holder_of passwd)
  group=$(holder_of group)
  [ -z "$login" ] || who="login $login"
  [ -n "$login" ] || [ -z "$group" ] || who="group $group"
  if [ -z "$who" ]; then
    ok 'service user' "no login has the id $SERVICE_UID of the services"
  else
    error 'service user' "the $who of $HOST_NAME has the id $SERVICE_UID, under which the services run, and can read their secrets and files" \
      "an id that nobody else has" \
      "Set serviceUid: $(free_uid) for the stack in main.ts: the deployment takes the services' files with it. Or give that $who another id, if it needs none of the services' files"
  fi
}
