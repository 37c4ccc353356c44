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

# packed_entries FILE: how many files and folders are in an archive; reads it to its end.
packed_entries() { unpacked "$1" | tar --list --file=- | wc -l; }

# Folders under data/ that are no database's and no backup's own: uploaded files, and whatever else a team keeps there.
data_folders() {
  local root
  root=$(config .root)
  (cd "$root" && find data -mindepth 1 -maxdepth 1 -type d ! -name '.*' ! -name postgres ! -name redis \
    ! -name postgres-backup ! -name redis-backup | sort)
}

# Regular files in these folders, one a line, sorted.
files_in() { (cd "$(config .root)" && [ $# -gt 0 ] && find "$@" -type f -print | LC_ALL=C sort); }

# What the system was deployed with: it holds no secret, those are in the containers and on the operator's machine.
configuration_folders() {
  local root name
  root=$(config .root)
  for name in deploy/Server releases; do
    if [ -d "$root/$name" ]; then echo "$name"; fi
  done
}
