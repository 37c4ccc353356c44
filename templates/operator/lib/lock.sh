# shellcheck shell=bash
# The mark of a deploy under way.

# The lock's text while a deploy is under way, else nothing. A lock of another boot, or older than an hour, was left by
# a deploy that died.
deploy_under_way() {
  local file
  file=$(config .deployLock)
  [ -r "$file" ] || return 0
  # shellcheck disable=SC2016 # names of jq
  query 'select((.started | epoch) as $since | $since != null and now - $since < 3600 and $since > ($boot | tonumber))' \
    -c --arg boot "$(awk '$1 == "btime" { print $2 }' /proc/stat)" < "$file" 2> /dev/null || true
}
