#!/usr/bin/env bash
# Takes the firewall away. What was there before is there again; rules that the operator added since stay.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

original=$STATE/original

lock
if [ -e "$STATE/pending" ]; then disarm; fi
# First, where it was off: at no time is a login forbidden that was allowed.
if ! ufw_is_on "$original"; then disable_ufw "$original"; fi

# Back to the original value, unless the operator has changed it since.
give_back_default() {
  local name=$1 own=$2 line
  line=$(grep "^$name=" "$original/etc/default/ufw" | tail -n 1)
  if [ -n "$line" ] && [ "$(setting /etc/default/ufw "$name")" = "$own" ]; then
    sed "s|^$name=.*|$line|" /etc/default/ufw | replace /etc/default/ufw
  fi
}
give_back_default DEFAULT_INPUT_POLICY DROP
give_back_default IPV6 yes

# A rule that had given way replaces the deployment's about the same.
if [ -e "$STATE/displaced" ]; then
  while IFS= read -r rule; do tell_ufw <<< "$rule"; done < "$STATE/displaced"
fi
while IFS= read -r rule; do tell_ufw --force delete <<< "$rule"; done < <(own_rules)

# The same rules as before: then the files that hold them are the same too.
if [ "$(ufw show added)" = "$(cat "$original/added")" ]; then
  for file in /etc/ufw/user.rules /etc/ufw/user6.rules; do replace "$file" < "$original$file"; done
fi

for file in /etc/ufw/after.rules /etc/ufw/after6.rules; do
  if has_block "$file"; then without_block "$file" | replace "$file"; fi
done
if ufw_is_on; then ufw reload > /dev/null; fi
if [ "$(cat "$original/service")" = disabled ]; then systemctl disable --quiet ufw; fi

remove_jump
rm -f "$UNITS/$REVERT.service" "$UNITS/$REVERT.timer" "$UNITS/$JUMP.service"
systemctl daemon-reload
rm -rf "$STATE" "$LIBRARY" "$FILTERED"
rmdir --ignore-fail-on-non-empty /var/lib/emaintenance /usr/local/lib/emaintenance
echo "the firewall is taken away"
