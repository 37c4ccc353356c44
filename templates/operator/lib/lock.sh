# shellcheck shell=bash
# The lock file of a deploy under way.

# The lock's text while a deploy is under way, else nothing. A deploy gives signs of life; one that gave none for so long has
# died, and a boot takes its lock away. The watchdog goes by the same rule.
deploy_under_way() {
  local file minutes
  minutes=$(config .deployLockMinutes)
  for file in "$(config .deployLock)" "$(config .formerDeployLock)"; do
    deploy_lock_counts "$file" "$minutes" || continue
    jq -ce 'objects' "$file" 2> /dev/null || echo '{"owner":"unknown","started":null}'
    return
  done
}
