#!/bin/sh
# Make the environment that everything runs in: `sh packaging/setup.sh run|dev`.
# A second call with nothing to do is quick and needs no network.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}
venv=.venv

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
        if command -v "$name" >/dev/null 2>&1 && usable "$name"; then
            command -v "$name"
            return
        fi
    done
}

# The one thing apt is needed for before there is a Python to run packaging/system_packages.py with.
apt_install() {
    [ -z "${WINDTUNNEL_NO_APT:-}" ] && command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then as_root=""
    elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then as_root="sudo"
    else return 1
    fi
    echo "Installing with apt: $*"
    $as_root apt-get update -qq >/dev/null 2>&1 || true
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
        </dev/null >/dev/null 2>&1
}

python=$(find_python)
if [ -z "$python" ]; then
    apt_install python3 python3-venv || true
    python=$(find_python)
fi
if [ -z "$python" ]; then
    echo "Windtunnel needs Python 3.11 or newer, which was not found. Install it with:" >&2
    echo "    Debian/Ubuntu: sudo apt-get install -y python3 python3-venv" >&2
    echo "    macOS:         brew install python@3.13" >&2
    exit 1
fi

# Scripts in an environment name its place, so one that was copied or moved is made anew as well.
place=$venv/.windtunnel-place
if [ -f $place ] && [ "$(cat $place)" != "$(pwd -P)" ]; then rm -rf $venv; fi
if [ -d $venv ] && ! { usable $venv/bin/python && $venv/bin/python -m pip --version >/dev/null 2>&1; }; then
    echo "The environment in $venv does not work any more: making it anew."
    rm -rf $venv
fi
if [ ! -d $venv ]; then
    # Debian ships Python without what `venv` needs, in a package named after the version.
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        if ! apt_install "$package"; then
            echo "Python's venv module is missing. Install it with:" >&2
            echo "    sudo apt-get install -y $package" >&2
            exit 1
        fi
    fi
    echo "Making a virtual environment with $("$python" --version) in $venv"
    "$python" -m venv $venv
fi
pwd -P > $place

stamp=$venv/.windtunnel-$purpose
wanted=$(cat pyproject.toml packaging/constraints.txt packaging/setup.sh | cksum)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
    echo "Installing the pinned dependencies (a minute or two, once)…"
    pip_install() {
        $venv/bin/python -m pip --disable-pip-version-check install --quiet \
            -c packaging/constraints.txt "$@" </dev/null
    }
    extra=build
    if [ "$purpose" = dev ]; then extra=dev; fi
    pip_install setuptools
    pip_install --no-build-isolation -e ".[$extra]"
    printf '%s' "$wanted" > "$stamp"
    if [ "$purpose" = dev ]; then cp "$stamp" $venv/.windtunnel-run; fi
fi

$venv/bin/python packaging/system_packages.py
$venv/bin/python packaging/build_lane.py
