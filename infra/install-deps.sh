#!/usr/bin/env bash
# Sees to what building or testing needs: infra/install-deps.sh build|test
#
# Silent when nothing is missing. What is missing is installed on Debian 12 or 13 when this runs as
# root or sudo asks for no password; otherwise it is named, with the command that installs it, and
# the status is 2. It asks for commands and libraries rather than packages, since a compiler or a
# Python may come from elsewhere. For the tests it also asks venv.sh for the libraries of Python.
set -euo pipefail

apt=(apt-get -qq -o DPkg::Lock::Timeout=900 -o Acquire::Retries=3)
packages=()

need() { # package, then a command that succeeds when it is not needed
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || packages+=("$package")
}

# What clang links into a fuzz target is a package of its own, named after clang's version.
clang_runtime() {
  local version
  version=$(clang -dumpversion 2>/dev/null) || version=
  echo "libclang-rt-${version:+${version%%.*}-}dev"
}

links_fuzzer() {
  clang -fsanitize=fuzzer,address -x c -o /dev/null - \
    <<<'int LLVMFuzzerTestOneInput(const char *bytes, long size) { return bytes[size] * 0; }'
}

look() { # build|test
  packages=()
  need gcc command -v gcc
  need libc6-dev test -e /usr/include/stdio.h
  need make command -v make
  need pkg-config command -v pkg-config
  need libjson-c-dev pkg-config --exists json-c
  need libcurl4-openssl-dev pkg-config --exists libcurl
  need libssl-dev pkg-config --exists libcrypto
  need libzstd-dev pkg-config --exists libzstd
  need zlib1g-dev pkg-config --exists zlib
  [ "$1" = test ] || return 0
  need libcmocka-dev pkg-config --exists cmocka
  need clang command -v clang
  need "$(clang_runtime)" links_fuzzer
  need clang-format command -v clang-format
  need clang-tidy command -v clang-tidy
  need cppcheck command -v cppcheck
  need gcovr command -v gcovr
  need shellcheck command -v shellcheck
  need strace command -v strace
  need valgrind command -v valgrind
  need python3 command -v python3
  need python3-venv python3 -c 'import ensurepip'
  need tzdata test -e /usr/share/zoneinfo/America/New_York
}

give_up() { # what to do about it
  echo "infra/install-deps.sh: missing: ${packages[*]}" >&2
  echo "$1" >&2
  exit 2
}

# Another apt may hold the lists; their lock, unlike dpkg's, is not waited for.
update() {
  local try
  for try in 1 2 3 4 5; do
    "${root[@]}" "${apt[@]}" update && return
    sleep $((try * 5))
  done
  return 1
}

install() {
  "${root[@]}" "${apt[@]}" install -y --no-install-recommends "${packages[@]}" >/dev/null
}

install_missing() { # build|test
  command -v apt-get >/dev/null ||
    give_up "These are Debian's names; install their like with this machine's package manager."
  root=(env DEBIAN_FRONTEND=noninteractive)
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null ||
      give_up "Run: sudo sh -c 'apt-get update && apt-get install -y ${packages[*]}'"
    root=(sudo -n "${root[@]}")
  fi
  echo "installing ${packages[*]}"
  apt-cache show "${packages[@]}" >/dev/null 2>&1 || update || true
  install 2>/dev/null || { update && install; } || give_up "apt-get could not install them."
  look "$1"
  [ ${#packages[@]} -eq 0 ] || give_up "They are not found although apt-get installed them."
}

case ${1-} in
  build | test) ;;
  *)
    echo "usage: infra/install-deps.sh build|test" >&2
    exit 2
    ;;
esac

look "$1"
[ ${#packages[@]} -eq 0 ] || install_missing "$1"
[ "$1" = build ] || exec "$(dirname "$0")/venv.sh" install
