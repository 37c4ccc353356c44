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

# A path of more bytes, below the root of the system, is left out: no program could open it where it is laid out again (the
# kernel takes 4096), and a restore of everything else would fail with it.
readonly LONGEST_PATH=3500

# names_in FOLDER...: all that is in these folders below the present one, each ended by a NUL.
names_in() { find "$@" -print0 | perl -0 -ne "print if length(\$_) <= $LONGEST_PATH"; }

# too_long_names FOLDER...: how many paths are left out.
too_long_names() { (cd "$(config .root)" && [ $# -gt 0 ] && find "$@" -print0 | perl -0 -ne "\$n++ if length(\$_) > $LONGEST_PATH; END { print \$n + 0 }") || echo 0; }

# pack FILE FOLDER...: folders below the root of the system, with owners as numbers. A file that grows or goes while it is
# read is no failure: tar ends with 1 then, and with 2 for all that is one.
pack() {
  local file=$1
  shift
  (cd "$(config .root)" && names_in "$@" | archive_of_names) | compress_to "$file"
}

# archive_of_names: an archive of the files whose names come in, each ended by a NUL. One that has gone since it was listed
# is no failure either, and tar calls that one.
archive_of_names() {
  local code=0 errors
  errors=$(mktemp)
  LC_ALL=C tar --create --file=- --numeric-owner --sparse --no-recursion --no-unquote --null --files-from=- 2> "$errors" || code=$?
  cat "$errors" >&2
  if [ "$code" -eq 2 ] && ! grep -qvE ': (Cannot (stat|open): No such file or directory|file changed as we read it|File removed before we read it)$|Exiting with failure status' "$errors"; then
    code=0
  fi
  rm -f "$errors"
  [ "$code" -le 1 ]
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
# no content. A file that goes meanwhile does not matter.
listed_files() {
  [ $# -gt 0 ] || return 0
  (cd "$(config .root)" && { find "$@" -type f -print0 | perl -0 -ne "print if length(\$_) <= $LONGEST_PATH" |
    "${LISTED[@]}" --create --file=/dev/null --verbose --no-recursion --no-unquote --null --files-from=- 2> /dev/null || true; } | LC_ALL=C sort)
}

# What the system was deployed with: it holds no secret, those are in the containers and on the operator's machine.
configuration_folders() {
  local root name
  root=$(config .root)
  for name in deploy/Server releases; do
    if [ -d "$root/$name" ]; then printf '%s\0' "$name"; fi
  done
}
