#!/bin/sh
# Makes the folder in which Terraform lays the scripts of a deployment: nobody but the login enters it, as Terraform makes each of
# them writable for all. What interrupted deployments have left goes, and what versions before this one have left in /tmp.
set -eu
umask 077

folder=.emaintenance/scripts
# Where Terraform laid scripts before.
left=${LEFT_FOLDER-/tmp}
fail() {
  echo "scripts cannot be run from ~$(id -un)/$folder on $(hostname): $1. Expected a home folder that belongs to the login, without the mount option noexec. $2, and deploy again." >&2
  exit 1
}

mkdir -p "$folder" || fail "the folder cannot be made" "Give the login $(id -un) a home folder"
chmod 0700 .emaintenance "$folder" || fail "its owner is $(stat -c %U "$folder")" "Remove that folder"
printf '#!/bin/sh\n' > "$folder/trial.$$"
chmod 0700 "$folder/trial.$$"
"$folder/trial.$$" 2> /dev/null || fail "what lies there cannot be executed" "Mount the file system of $(pwd) without noexec"
rm -f "$folder/trial.$$"

# Another deployment may just be about to run the file that it has laid down.
find "$folder" -type f -mmin +5 -delete
# Terraform empties a script that has ended well. One that has failed still has its lines, which tell whose it was.
find "$left" -maxdepth 1 -type f -user "$(id -u)" -name 'terraform_*.sh' ! -name 'terraform_*[!0-9]*.sh' -links 1 -mmin +5 \
  \( -empty -o -exec grep -qs emaintenance {} \; \) -delete
