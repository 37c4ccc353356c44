# shellcheck shell=bash
# What the firewall's scripts share. They run as root.

export LC_ALL=C
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

# Where the scripts lie on the host, and what they remember.
export LIBRARY=/usr/local/lib/emaintenance/firewall
STATE=/var/lib/emaintenance/firewall

# Ids of the networks whose containers are filtered; services wait for it (await-data.sh).
FILTERED=/var/lib/emaintenance/filtered-networks

UNITS=/etc/systemd/system
REVERT=emaintenance-firewall-revert
JUMP=emaintenance-docker-user

# For what is forwarded, and for what is for the host itself.
CHAIN=EMAINTENANCE-USER
INPUT_CHAIN=EMAINTENANCE-INPUT
# The comment by which a rule of ufw is known as this deployment's.
MARK=emaintenance
BEGIN="# BEGIN EMAINTENANCE"
END="# END EMAINTENANCE"

# The files in which ufw keeps what it is told.
UFW_FILES=(
  /etc/default/ufw
  /etc/ufw/ufw.conf
  /etc/ufw/user.rules
  /etc/ufw/user6.rules
  /etc/ufw/after.rules
  /etc/ufw/after6.rules
)

fail() {
  echo "$*" >&2
  exit 1
}

# One of the scripts at a time: waits for the other, and gives up after a while.
lock() {
  install -d -m 0700 "$STATE"
  exec 9> "$STATE/lock"
  flock --wait 60 9 || fail "another script changes the firewall of $(hostname) for more than 60 s. Expected it to end. Look for it (ps -ef | grep firewall), end it, and deploy again."
}

# The commands for the IP versions that this host filters.
ip_tables() {
  echo iptables
  if ip6tables -w -n -L INPUT > /dev/null 2>&1; then echo ip6tables; fi
}

has_chain() { "$1" -w -n -L "$2" > /dev/null 2>&1; }

# The value of $2 in a file of shell assignments.
setting() { sed -n "s/^$2=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$1" | tail -n 1; }

ufw_is_on() { [ "$(setting "${1:-}/etc/ufw/ufw.conf" ENABLED | tr '[:upper:]' '[:lower:]')" = yes ]; }

# Rules as `ufw` was told them, one a line, without the word ufw.
added_rules() { ufw show added | sed -n 's/^ufw //p'; }
own_rules() { added_rules | sed -n "s/ comment '$MARK'\$//p"; }
foreign_rules() { added_rules | sed "/ comment '$MARK'\$/d"; }

# What a rule is about, without its verdict, logging and comment: ufw keeps one rule for each.
subject() { sed -E "s/ comment '.*'\$//; s/^(route )?(allow|deny|reject|limit)( (log|log-all))?( |\$)/\1/"; }

verdict() { sed -E 's/^(route )?([a-z]+).*/\2/'; }

# Tells ufw a rule, or with --force delete, as it is written in a line; quotes in it are a comment's.
tell_ufw() { xargs -- ufw "$@" > /dev/null; }

# Remembers the whole of ufw and what its commands change in addition to its files.
snapshot() {
  local folder=$1 tables
  rm -rf "$folder.new"
  install -d -m 0700 "$folder.new"
  cp --parents --preserve=all "${UFW_FILES[@]}" "$folder.new"
  ufw status verbose > "$folder.new/status"
  ufw show added > "$folder.new/added"
  for tables in $(ip_tables); do
    "$tables" -w -S FORWARD | sed -n 's/^-P FORWARD //p' > "$folder.new/$tables.forward"
  done
  systemctl is-enabled ufw > "$folder.new/service" 2> /dev/null || true
  if [ -e "$STATE/displaced" ]; then cp "$STATE/displaced" "$folder.new/displaced"; fi
  if [ -e "$FILTERED" ]; then cp "$FILTERED" "$folder.new/filtered"; fi
  rm -rf "$folder"
  mv "$folder.new" "$folder"
}

# Docker keeps the policy of FORWARD at DROP; ufw, when it is disabled, leaves ACCEPT.
restore_forward_policy() {
  local folder=$1 tables
  for tables in $(ip_tables); do
    if [ -s "$folder/$tables.forward" ]; then "$tables" -w -P FORWARD "$(cat "$folder/$tables.forward")"; fi
  done
}

# Disables ufw, with what it set outside its own chains as a snapshot has it.
disable_ufw() {
  ufw --force disable > /dev/null
  restore_forward_policy "$1"
}

# Replaces a file at once, with its owner and mode, by what comes in.
replace() {
  cat > "$1.emaintenance"
  chown --reference="$1" "$1.emaintenance"
  chmod --reference="$1" "$1.emaintenance"
  mv "$1.emaintenance" "$1"
}

without_block() { sed "/^$BEGIN/,/^$END/d" "$1"; }

has_block() { grep -q "^$BEGIN" "$1"; }

# ufw's chain for what the operator allows with `ufw route`.
route_chain() { if [ "$1" = ip6tables ]; then echo ufw6-user-forward; else echo ufw-user-forward; fi; }

# remove_chain TABLES FROM CHAIN: takes the way from one chain to another away, and the other.
remove_chain() {
  while "$1" -w -D "$2" -j "$3" 2> /dev/null; do :; done
  has_chain "$1" "$3" || return 0
  "$1" -w -F "$3"
  "$1" -w -X "$3"
}

# Takes the ways to the deployment's chains away, and the chains.
remove_jump() {
  local tables
  systemctl disable --quiet --now "$JUMP.service" 2> /dev/null || true
  for tables in $(ip_tables); do
    remove_chain "$tables" DOCKER-USER "$CHAIN"
    remove_chain "$tables" INPUT "$INPUT_CHAIN"
    # ufw, disabled, could not remove this one as long as the deployment's chain asked it.
    if ! ufw_is_on; then "$tables" -w -X "$(route_chain "$tables")" 2> /dev/null || true; fi
  done
}

# Makes ufw, the chain and the way to it what a snapshot says.
restore() {
  local folder=$1 file tables
  if ! ufw_is_on "$folder"; then disable_ufw "$folder"; fi
  for file in "${UFW_FILES[@]}"; do replace "$file" < "$folder$file"; done
  rm -f "$STATE/displaced" "$FILTERED"
  if [ -e "$folder/filtered" ]; then install -m 0644 "$folder/filtered" "$FILTERED"; fi
  if [ -e "$folder/displaced" ]; then cp "$folder/displaced" "$STATE/displaced"; fi
  if ufw_is_on; then ufw reload > /dev/null; fi
  if [ "$(cat "$folder/service")" = disabled ]; then systemctl disable --quiet ufw; fi
  if ! has_block /etc/ufw/after.rules; then
    remove_jump
    rm -rf "$STATE/original"
  elif ! grep -q "^:$INPUT_CHAIN " /etc/ufw/after.rules; then
    # The block is one of a version that left containers the host's ports.
    for tables in $(ip_tables); do remove_chain "$tables" INPUT "$INPUT_CHAIN"; done
  fi
}

# Seconds since the machine started: no clock that is set can change them.
uptime_seconds() { cut -d . -f 1 /proc/uptime; }

# Starts the time within which a new connection must come.
arm() {
  local seconds now
  now=$(uptime_seconds)
  seconds=$(sed -n 's/^OnActiveSec=\([0-9]*\)s$/\1/p' "$UNITS/$REVERT.timer")
  [[ $now =~ ^[0-9]{1,12}$ ]] || now=0
  [[ $seconds =~ ^[0-9]{1,9}$ ]] || fail "$UNITS/$REVERT.timer names no time within which a connection must come. Expected OnActiveSec. Deploy again."
  {
    echo "boot=$(cat /proc/sys/kernel/random/boot_id)"
    echo "deadline=$((now + seconds))"
    echo "seconds=$seconds"
  } > "$STATE/pending"
  # Enabled too: after a reboot in between nobody could confirm either.
  systemctl enable --quiet "$REVERT.timer"
  systemctl restart "$REVERT.timer"
}

disarm() {
  systemctl disable --quiet --now "$REVERT.timer"
  rm -f "$STATE/pending"
}
