# shellcheck shell=bash
# The operating system around Docker.

check_system() {
  local id='' version='' name='' key value
  while IFS='=' read -r key value; do
    value=${value//\"/}
    case $key in
      ID) id=$value ;;
      VERSION_ID) version=$value ;;
      PRETTY_NAME) name=$value ;;
    esac
  done < <(cat "$OS_RELEASE" 2> /dev/null)
  case "$id $version" in
    'debian 12' | 'debian 13' | 'ubuntu 22.04' | 'ubuntu 24.04') ok system "$name" ;;
    *)
      warning system "${name:-an unknown system}, on which nobody has tried this" \
        "Debian 12 or 13, or Ubuntu 22.04 or 24.04" "Go on at your own risk"
      ;;
  esac
}

check_architecture() {
  local machine known
  machine=$(uname -m)
  for known in $ARCHITECTURES; do
    if [ "$machine" = "$known" ]; then
      ok architecture "$machine"
      return
    fi
  done
  error architecture "$HOST_NAME is a machine of type $machine" "one of $ARCHITECTURES" \
    "Use another VM; if your images are built for this one, add it to the preflight's architectures"
}

check_programs() {
  local program missing=''
  for program in $PROGRAMS; do
    command -v "$program" > /dev/null || missing+=" $program"
  done
  if [ -n "$missing" ]; then
    error programs "these are not installed:$missing" "all of $PROGRAMS" \
      "Run \`npx cdktf deploy bootstrap\`, or install them with apt-get"
  elif [ -n "$PROGRAMS" ]; then
    ok programs "$PROGRAMS are installed"
  fi
}

# Containers have name servers of their own; the host's name is what sudo and syslog look up.
check_names() {
  if ! getent hosts localhost > /dev/null; then
    error names "$HOST_NAME does not find the address of localhost" "127.0.0.1" "Correct /etc/hosts and /etc/nsswitch.conf"
  elif ! getent hosts "$HOST_NAME" > /dev/null; then
    warning names "$HOST_NAME does not find its own address, which makes sudo slow" "an address" \
      "Add \"127.0.1.1 $HOST_NAME\" to /etc/hosts"
  else
    ok names "localhost and $HOST_NAME have addresses"
  fi
}
