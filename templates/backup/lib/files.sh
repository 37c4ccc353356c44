# shellcheck shell=bash
# Folders of the host, as archives.

# The ending of what is compressed here: zstd where it is wanted and installed.
archive_ending() {
  if [ "$(config '.backup.compression')" = zstd ] && command -v zstd > /dev/null; then echo zst; else echo gz; fi
}

# compress_to FILE: standard input, compressed as the file's ending says.
compress_to() {
  case $1 in
    *.zst) zstd -3 --quiet --force -o "$1" ;;
    *) gzip -6 > "$1" ;;
  esac
}

# pack FILE FOLDER...: folders below the root of the system, with owners as numbers. A file that grows or goes while it is
# read is no failure: tar ends with 1 then, and with 2 for all that is one.
pack() {
  local file=$1 code=0
  shift
  { tar --create --file=- --directory="$(config .root)" --numeric-owner --sparse -- "$@" || code=$?
    [ "$code" -le 1 ]; } | compress_to "$file"
}

# How names are listed: one a line, whatever is in them. tar writes a line break as \n, and letters of any language as they are.
readonly LISTED=(env LC_ALL=C.UTF-8 tar --quoting-style=escape)

# listed_entries FILE: names of all that is in an archive, one a line; reads it to its end.
listed_entries() { unpacked "$1" | "${LISTED[@]}" --list --file=-; }

# packed_entries FILE: how many files and folders are in an archive.
packed_entries() { listed_entries "$1" | wc -l; }

# packed_bytes FILE: the room that its files will take. A hole in a file is not in the archive, and takes none.
packed_bytes() { unpacked "$1" | wc -c; }

# Folders under data/ that are no database's and no backup's own: uploaded files, and whatever else a team keeps there. Each
# ends with a NUL, like all names of files here.
data_folders() {
  local root
  root=$(config .root)
  (cd "$root" && find data -mindepth 1 -maxdepth 1 -type d ! -name '.*' ! -name postgres ! -name redis \
    ! -name postgres-backup ! -name redis-backup -print0 | sort --zero-terminated)
}

# listed_files FOLDER...: regular files in these folders, as listed_entries would list them, sorted. Into /dev/null tar reads
# no content. One that goes meanwhile is none that matters.
listed_files() {
  [ $# -gt 0 ] || return 0
  (cd "$(config .root)" && { find "$@" -type f -print0 |
    "${LISTED[@]}" --create --file=/dev/null --verbose --no-recursion --null --files-from=- 2> /dev/null || true; } | LC_ALL=C sort)
}

# What the system was deployed with: it holds no secret, those are in the containers and on the operator's machine.
configuration_folders() {
  local root name
  root=$(config .root)
  for name in deploy/Server releases; do
    if [ -d "$root/$name" ]; then printf '%s\0' "$name"; fi
  done
}
