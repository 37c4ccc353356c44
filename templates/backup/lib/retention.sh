# shellcheck shell=bash
# Retention: which backups go.

# Backups with what keeps each, `kept` null for those that may go.
backups_with_retention() { list_backups | query backup/jq/retention.jq -c --argjson now "$EPOCHSECONDS" --argjson rules "$(config '.backup')"; }

# Says why nothing may go. Nothing if all is well.
retention_doubt() {
  list_backups | query backup/jq/retention-doubt.jq -r --argjson now "$EPOCHSECONDS" --argjson days "$(config '.backup.keepDays')"
}

# Removes what nothing keeps; under the lock. Says how many went, or why none did.
prune_backups() {
  local doubt name gone=0
  doubt=$(retention_doubt)
  if [ -n "$doubt" ]; then
    echo "no backup removed: $doubt"
    return 0
  fi
  while IFS= read -r name; do
    if remove_backup "$name"; then
      gone=$((gone + 1))
      echo "removed the backup $name"
    else
      echo "kept the backup $name: it is in use"
    fi
  done < <(backups_with_retention | jq -r '.[] | select(.kept == null) | .set')
  echo "$gone old backups removed"
}
