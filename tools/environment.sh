# Sourced by run and test: finds a Python and keeps .venv in step with the locked requirements.
# shellcheck shell=sh
: "${here:?the script that sources this file sets it}"
venv="${FINDER_VENV:-$here/.venv}"
python="$venv/bin/python"

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Finder needs Python 3.11 or newer with venv; set PYTHON to where it is." >&2
    return 1
}

# install_requirements FILE: makes .venv and installs the file; costs nothing where that was done.
install_requirements() {
    stamp="$venv/$(basename "$1").installed"
    if [ -x "$python" ] && cmp -s "$1" "$stamp"; then
        return
    fi
    if ! "$python" -c '' 2>/dev/null; then
        found=$(find_python)
        echo "Setting up $venv …" >&2
        "$found" -m venv --clear "$venv" || {
            echo "Python's venv failed; on Debian or Ubuntu: apt install python3-venv" >&2
            return 1
        }
    fi
    echo "Installing the locked requirements …" >&2
    "$python" -m pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes --only-binary :all: -r "$1"
    cp "$1" "$stamp"
    # A list that was installed before it changed may have other versions than this one brought.
    for other in "$venv"/requirements*.installed; do
        list="$here/$(basename "$other" .installed)"
        cmp -s "$list" "$other" || rm -f "$other"
    done
}
