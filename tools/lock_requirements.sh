#!/bin/sh
# Locks requirements*.txt with hashes for every platform: sh tools/lock_requirements.sh [UPGRADE-FLAGS]
# Needs uv (pip install uv).
set -eu
cd "$(dirname "$0")/.."
for name in requirements requirements-test; do
    uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
        --no-emit-index-url --no-emit-find-links --output-file "$name.txt" "$@" "$name.in"
done
