#!/bin/sh
# Makes a virtual environment and installs this repository into it, editable.
#   sh tools/make_venv.sh FOLDER [EXTRA]
# FOLDER is the environment, EXTRA an extra of pyproject.toml such as dev. PYTHON names the interpreter to use; without it the first
# of python3.13, 3.12, 3.11, 3.14 and python3 that runs and is new enough is taken.
set -eu

venv=$1
extra=${2:-}

right_version() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:-python3.13 python3.12 python3.11 python3.14 python3 python}; do
        if right_version "$name"; then
            echo "$name"
            return
        fi
    done
    if [ -n "${PYTHON:-}" ]; then
        echo "PYTHON=$PYTHON is not a Python from 3.11 to 3.14 that runs." >&2
    else
        echo "No Python from 3.11 to 3.14 was found. Install one (Debian and Ubuntu: apt-get install python3 python3-venv)" >&2
        echo "or name it: make PYTHON=/path/to/python3.12 ..." >&2
    fi
    exit 1
}

make_venv() {
    if "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        "$python" -m venv --clear "$venv"
    elif "$python" -m virtualenv --version >/dev/null 2>&1; then
        "$python" -m virtualenv --quiet --clear "$venv"
    elif "$python" -c 'import venv' >/dev/null 2>&1 && "$python" -m pip --version >/dev/null 2>&1; then
        # Debian without python3-venv but with python3-pip: the system's pip puts a pip into the new environment.
        "$python" -m venv --clear --without-pip "$venv"
        "$python" -m pip --disable-pip-version-check --python "$venv/bin/python" install --quiet pip
    else
        echo "$python cannot make virtual environments. On Debian and Ubuntu this helps: apt-get install python3-venv" >&2
        exit 1
    fi
}

if ! right_version "$venv/bin/python" || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    echo "Making $venv with $("$python" --version)"
    make_venv
fi
echo "Installing rarewatch${extra:+ with its $extra tools} into $venv; this takes a minute the first time"
"$venv/bin/python" -m pip --disable-pip-version-check install --quiet --editable ".${extra:+[$extra]}"
