#!/bin/sh
# Run once by Gradescope, while the image of the assignment is built: Python 3.11 or newer, the
# kit's packages (locked, with hashes) in an environment of their own, bubblewrap if there is one.
# AUTOGRADER_ROOT: where the autograder lies; KIT_VENV: an environment that is ready, taken as it is.
set -eu
source="${AUTOGRADER_ROOT:-/autograder}/source"

if [ -n "${KIT_VENV:-}" ]; then
    ln -sfn "$KIT_VENV" "$source/.venv"
    exit 0
fi

python=
find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$name
            return 0
        fi
    done
    return 1
}

if command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -qy --no-install-recommends bubblewrap ||
        echo "no bubblewrap here: see the level of the sandbox in the results" >&2
    find_python ||
        apt-get install -qy --no-install-recommends python3.12 python3.12-venv ||
        apt-get install -qy --no-install-recommends python3.11 python3.11-venv ||
        apt-get install -qy --no-install-recommends python3 python3-venv
fi
find_python || { echo "Python 3.11 or newer is needed: choose a newer base image" >&2; exit 1; }
exec "$python" "$source/grader/bootstrap.py" core
