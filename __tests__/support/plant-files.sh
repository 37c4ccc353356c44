#!/usr/bin/env bash
# Fills a folder with what a hostile program may make there as the user that it runs as: plant-files.sh FOLDER. Prints how
# many things were planted. Whatever executes one of the names leaves a file "executed" where it works.
# shellcheck disable=SC2016,SC1003 # nothing here is to be expanded
set -euo pipefail
export LC_ALL=C

cd "$1"
planted=0

# file NAME [CONTENT]
file() {
  printf '%s' "${2-planted}" > "./$1"
  planted=$((planted + 1))
}

# The exploit as it was found: a size in a name with a line break, which log rotation has added up.
file $'x\n0 0*bound[$(id>executed)0]'
file $'x\n0 0*bound[$(id>executed)0] y.log'
# The other one: a path that root removes, relative to where it works.
file $'x\n0 99999999999999999 precious'

commands=('$(id>executed)' '`id>executed`' ';id>executed;' '|id>executed|' '&&id>executed&&' 'a[$(id>executed)]' 'a[`id>executed`]'
  '${x:=$(id>executed)}' "';id>executed;'" '";id>executed;"' $'\n$(id>executed)\n' $'x\nid>executed\n' '$((a[$(id>executed)]))')
for command in "${commands[@]}"; do
  file "$command"
  file "$command.log"
  file "1 $command.log.1.gz"
done

options=(-rf --help --checkpoint-action=exec=id --checkpoint=1 -exec --files-from=x --to-command=id -o --output=precious -delete '-e id' --
  --no-preserve-root --state '-h' '-C' -I --use-compress-program=id)
for option in "${options[@]}"; do
  file "$option"
  file "$option.log"
done

for name in '*' '?' '[a-z]' '{a,b}' '~' '~root' '!' '#' '\' '\n' '%s%n' ' ' '  x  ' $'\t' $'\r' $'\x1b]0;title\x07' $'\x1b[2J' $'\xff\xfe' $'\xc3' \
  $'\xe2\x80\xae' '..x' '...' '.x' 'ä–名' "'" '"' '$' '$x' '${HOME}' '&' '|' '<' '>' '(' ')' ';' '=' 'a=b' ',' ':' '@x' $'a\n\nb' $'\n'; do
  file "$name"
  file "$name.log"
done
file "$(printf 'l%.0s' {1..255})"
file "$(printf 'l%.0s' {1..251}).log"
file "$(printf '\xff%.0s' {1..251}).log"

# Links, also to what belongs to root and to nothing; pipes, on which a reader waits for ever.
for target in /etc/passwd /etc/shadow /etc /root /dev/zero /proc/self/mem missing ../../.. ./loop.log; do
  ln -s "$target" "link-$planted.log"
  ln -s "$target" "link-$planted"
  planted=$((planted + 2))
done
ln -s loop.log loop.log
mkfifo pipe pipe.log pipe.log.1.gz
ln "link-$((planted - 1))" hard 2> /dev/null || true
ln './*' 'hard link.log'
planted=$((planted + 6))

# A file with a hole claims to be larger than any disk here; one is really large.
truncate --size 4T hollow.log 2> /dev/null || truncate --size 1T hollow.log
truncate --size 1T hollow
truncate --size 1T hollow.log.1.gz
head -c 3000000 /dev/zero | tr '\0' 'x' > large.log
planted=$((planted + 4))

# A folder with a name of a log, and a deep tree with a path that is longer than a program may take.
mkdir directory.log
deep=$(printf 'd%.0s' {1..200})
(
  for _ in {1..30}; do
    mkdir "$deep"
    cd "$deep"
  done
  printf x > '$(id>executed)'
)
planted=$((planted + 32))
echo "$planted"
