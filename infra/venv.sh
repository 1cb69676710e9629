#!/usr/bin/env bash
# The Python environment of the tests that need libraries: infra/venv.sh [install]
#
# Prints the path of its interpreter; the status is 1 when it is not there. `install` sees to it
# that it is, and prints nothing when it was; when it cannot be, it says so with status 2. It lies
# in the user's cache, outlives `make clean` and may be removed at any time.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=tests/requirements.txt
cache=${XDG_CACHE_HOME:-$HOME/.cache}/playbook

# Other requirements and another Python have an environment of their own.
name=$({ cat "$requirements" && python3 -c 'import sys; print(sys.version, sys.base_prefix)'; } |
  sha256sum | cut -c 1-12)
folder=$cache/venv-$name
complete=$folder/complete

give_up() { # why
  echo "infra/venv.sh: the libraries of $requirements are not installed in $folder: $1" >&2
  exit 2
}

build() {
  rm -rf "$folder"
  python3 -m venv "$folder" &&
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
      --only-binary=:all: -r "$requirements" &&
    "$folder/bin/python" -c 'import aiohttp, duckdb, pandas, polars, pyarrow.parquet' &&
    touch "$complete"
}

case ${1-} in
  '')
    [ -e "$complete" ] || exit 1
    echo "$folder/bin/python"
    ;;
  install)
    [ ! -e "$complete" ] || exit 0
    mkdir -p "$cache" || give_up "the folder cannot be made"
    exec 9>"$cache/lock"
    flock 9 # another checkout may be at it
    [ ! -e "$complete" ] || exit 0
    echo "installing the libraries of $requirements"
    said=$(build 2>&1) || give_up "${said##*$'\n'}"
    ;;
  *)
    echo "usage: infra/venv.sh [install]" >&2
    exit 2
    ;;
esac
