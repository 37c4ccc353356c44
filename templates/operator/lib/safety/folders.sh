# shellcheck shell=bash
# Data folders that the services cannot use, or that others can look into.

check_folders() {
  local path owner mode found
  while IFS=$'\t' read -r path owner mode; do
    if ! found=$(stat --format '%u %a' "$path" 2> /dev/null || as_root stat --format '%u %a' "$path"); then
      finding error folders "$path is missing" "a folder of the user id $owner with mode $mode" \
        "sudo install -d -o $owner -g $owner -m $mode $path"
    elif [ "${found% *}" != "$owner" ]; then
      finding error folders "$path belongs to the user id ${found% *}" "$owner" "sudo chown $owner:$owner $path"
    elif [ "0${found#* }" != "$mode" ]; then
      finding warning folders "$path has mode 0${found#* }" "$mode" "sudo chmod $mode $path"
    fi
  done < <(jq -r '.folders[] | [.path, .owner, .mode] | @tsv' "$CONFIG")
}
