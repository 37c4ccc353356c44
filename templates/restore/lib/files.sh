# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # for the inner shell; variables of restore.sh
# Uploaded files of a backup: laid out next to the present ones, and put in their place by renaming whole folders.

data() { printf '%s/data' "$(config .root)"; }

check_files() {
  local backup=$1 archive needed free folder
  archive=$(backup_file "$backup" uploads.tar) || fail "$backup has no uploaded files in it" "a backup uploads_... or full_..." "Choose another: emaintenance restore list"
  archived_folders "$archive" > /dev/null || fail "$backup holds folders that are no uploaded files" "folders of data/ with plain names, and none of a database" "Choose another backup: emaintenance restore list"
  while IFS= read -r folder; do
    ! mountpoint --quiet "$(data)/$folder" || fail "$(data)/$folder is a disk of its own" "a folder that can be renamed" \
      "Unpack it by hand: the backup is $(backup_folder "$backup")"
  done < <(archived_folders "$archive")
  # Files that are there already are linked, not copied; at most all of the archive is new. The sizes in it are the owners'
  # word: a file with a hole claims any.
  needed=$(packed_bytes "$archive") || fail "the files of $backup cannot be read" "an archive that can be" "Choose another backup: emaintenance restore list"
  free=$(df --output=avail --block-size=1 "$(data)" | tail -n 1 | tr -d ' ')
  numbers needed free
  [ "$free" -ge "$needed" ] || fail "$(in_mib "$free") are free in $(data)" "$(in_mib "$needed") for the files of $backup" "Make room; see: emaintenance status"
}

# archived_folders ARCHIVE: names of the folders below data/ in it, one a line; fails if a backup packs no such folder.
archived_folders() {
  local names
  names=$(listed_entries "$1" | sed -n 's|^data/\([^/]*\)/.*|\1|p' | sort -u) || return 1
  ! grep -qE '^[.-]|\\|^(postgres|redis)(-backup)?$' <<< "$names" || return 1
  lines_of "$names"
}

plan_files() {
  local backup=$1
  if [ -n "$EXACT" ]; then
    plan_line "puts the uploaded files of $backup in the place of the present ones; files that are not in it go"
  else
    plan_line "puts back every uploaded file of $backup that is missing or different; files that are not in it stay"
  fi
}

prepare_files() {
  local backup=$1 archive stage folder folders
  archive=$(backup_file "$backup" uploads.tar)
  stage=$(data)/.restore_$(date -u +%Y%m%d%H%M%S)
  record stage "$(text_json "$stage")"
  record before "$(text_json "${stage/.restore_/.before_}")"
  record folders "$(archived_folders "$archive" | jq -cnR '[inputs]')"
  mkdir -m 0700 "$stage"
  mapfile -t folders < <(recorded folders)
  if [ -z "$EXACT" ]; then
    for folder in "${folders[@]}"; do
      [ ! -d "$(data)/$folder" ] || link_files "$folder" "$stage" ||
        fail "the present files in $folder could not be linked" "a file system with links" "The reason is above"
    done
  fi
  # tar removes a file that is there before it writes another: the present one, to which it is a link, stays.
  interruptible bash -o pipefail -c 'unpacked "$0" | tar --extract --file=- --directory="$1" --strip-components=1 --numeric-owner --preserve-permissions --same-owner' \
    "$archive" "$stage" ||
    fail "the files of $backup could not be unpacked" "an archive that can be read, and room for it" "The reason is above"
  for folder in "${folders[@]}"; do give_to_services "$folder" "$stage/$folder"; done
  say "unpacked $(listed_entries "$archive" | grep -vc '/$') files"
}

# give_to_services FOLDER STAGED: the services may have had another user id when the backup was taken.
give_to_services() {
  local owner former
  owner=$(jq -r --arg path "$(data)/$1" '.folders[] | select(.path == $path) | .owner' "$CONFIG")
  former=$(stat --format %u "$2") || return 0
  if [ -z "$owner" ] || [ "$former" = "$owner" ] || [ "$former" = 0 ]; then return 0; fi
  chown --recursive --no-dereference --from="$former" "$owner:$owner" "$2"
}

# link_files FOLDER STAGE: the same folders, with links to the same files. As in a backup, a path that nothing can open is left
# out.
link_files() {
  (
    cd "$(data)" || exit 1
    find "./$1" -type d -print0 | perl -0 -ne "print if length(\$_) <= $LONGEST_PATH" |
      tar --create --file=- --numeric-owner --no-recursion --no-unquote --null --files-from=- |
      tar --extract --file=- --directory="$2" --numeric-owner --preserve-permissions --same-owner &&
      find "./$1" ! -type d -print0 | perl -0 -ne "print if length(\$_) <= $LONGEST_PATH" |
      xargs --null --no-run-if-empty cp --archive --link --parents --target-directory="$2" --
  )
}

swap_files() {
  local folder folders stage before
  stage=$(recorded stage) before=$(recorded before)
  mapfile -t folders < <(recorded folders)
  mkdir -m 0700 "$before"
  record swappingFiles true
  for folder in "${folders[@]}"; do
    [ ! -d "$(data)/$folder" ] || mv -T "$(data)/$folder" "$before/$folder" || fail "$folder could not be retired" "a folder that can be renamed" "The reason is above"
    mv -T "$stage/$folder" "$(data)/$folder" || fail "$folder could not be put in place" "a folder that can be renamed" "The reason is above"
  done
  sync -f "$(data)"
  say "the uploaded files are in place"
}

# The folders that are there say how far it had come.
undo_files() {
  local folder folders stage before
  stage=$(recorded stage) before=$(recorded before)
  [ -n "$stage" ] || return 0
  mapfile -t folders < <(recorded folders)
  if [ "$(recorded swappingFiles)" = true ]; then
    for folder in "${folders[@]}"; do
      # One that is in place of nothing, or of one that was retired, has left the stage.
      if [ ! -e "$stage/$folder" ] && [ -e "$(data)/$folder" ]; then mv -T "$(data)/$folder" "$stage/$folder" || return 1; fi
      if [ -e "$before/$folder" ]; then mv -T "$before/$folder" "$(data)/$folder" || return 1; fi
    done
    # From here on, what is not on the stage has not left it for its place.
    record swappingFiles false
  fi
  rm -rf "$stage" "$before"
}

drop_files() { rm -rf "$(recorded stage)" "$(recorded before)"; }
