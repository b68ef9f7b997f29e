# What the scripts of this folder share; to be sourced.
# shellcheck shell=bash

# Debian gives ordinary users a PATH without the tools of the administrator (debootstrap, mke2fs).
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

# say MESSAGE: tells the person what happens; on stderr, because stdout may be a script's result.
say() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# fail MESSAGE...: every argument is a line; ends the script.
fail() {
  local line
  for line in "$@"; do say "$line"; done
  exit 1
}

# usage: prints the comment at the top of the script, which is its help.
usage() {
  sed -n '2,/^[^#]/{/^#/!d;s/^# \{0,1\}//;p}' "$0"
}

# as_root COMMAND...: runs it as root, through sudo if need be; without a terminal sudo must not ask.
as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif ! command -v sudo >/dev/null; then
    fail "this needs root, and there is no sudo here. As root, type:" "  ${AS_ROOT_HINT:-$*}"
  elif [[ -t 0 ]] || sudo -n true 2>/dev/null; then
    sudo -- "$@"
  else
    fail "this needs root, and sudo wants a password but there is no terminal. As root, type:" \
      "  ${AS_ROOT_HINT:-$*}"
  fi
}

# missing_packages PACKAGE...: prints those that are not installed, one a line.
missing_packages() {
  local package
  for package in "$@"; do
    # A status that is not "install ok installed" counts as missing, and so does a package dpkg never heard of.
    [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] \
      || printf '%s\n' "$package"
  done
}
