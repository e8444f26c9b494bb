#!/bin/sh
# Locks requirements*.txt with hashes for every platform: sh tools/lock_requirements.sh [UPGRADE-FLAGS]
# Needs uv (pip install uv). Extras stay written (name[extra]==…): older pips take a bare pin for another
# package, and would refuse the list as soon as a newer release of it appears.
set -eu
cd "$(dirname "$0")/.."
for name in requirements requirements-test; do
    uv pip compile --quiet --universal --no-strip-extras --generate-hashes --python-version 3.11 --no-header \
        --no-emit-index-url --no-emit-find-links --output-file "$name.txt" "$@" "$name.in"
done
