# shellcheck shell=bash
# The file of a script goes as soon as it runs: bash reads on from what it has opened. In its place Terraform lays an empty one,
# after a script that has ended well. A process of its own waits for that file, and removes it.
case $0 in
  .emaintenance/scripts/*)
    rm -f -- "$0"
    ( (
      trap '' HUP
      tail --pid="$$" --sleep-interval=0.2 -f /dev/null
      for _ in {1..100}; do
        ! rm -- "$0" || break
        sleep 0.1
      done
    ) < /dev/null > /dev/null 2>&1 &)
    ;;
esac
