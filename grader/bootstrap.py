"""Sets the kit up: a virtual environment in .venv with the locked packages. Run by any Python.

    python3 grader/bootstrap.py core     what `check` and `grade` need
    python3 grader/bootstrap.py full     that, and what the kit's own tests need

The rule: it says in one or two lines what is missing and the way out, also to a Python that is
too old. So it uses the standard library only, and no syntax newer than Python 3.6.
"""

import hashlib
import os
import shutil
import subprocess
import sys

KIT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(KIT, ".venv")
PYTHON = os.path.join(VENV, *(["Scripts", "python.exe"] if os.name == "nt" else ["bin", "python"]))
OLDEST = (3, 11)
SETS = ("core", "full")


class Trouble(Exception):
    """Something the user can mend; the message says how."""


def check_python():
    """Raise Trouble when this Python cannot be used."""
    if sys.version_info < OLDEST:
        have = "%d.%d" % sys.version_info[:2]
        raise Trouble(
            "Python 3.11 or newer is needed, this is %s. Try: make PY=python3.12 ..." % have
        )


def check_venv():
    """Raise Trouble when this Python cannot make virtual environments."""
    try:
        import ensurepip
        import venv  # noqa: F401

        ensurepip.version()  # an empty folder of that name can be imported, too
    except Exception:
        raise Trouble(
            "This Python cannot make virtual environments (ensurepip is missing).\n"
            "  Debian, Ubuntu: sudo apt install python3-venv\n"
            "  or install uv, and give the same command again."
        )


def run(words, what):
    """Run a command; Trouble if it fails."""
    try:
        failed = subprocess.call(words, cwd=KIT) != 0
    except OSError as error:
        raise Trouble("%s failed: %s cannot be run (%s)" % (what, words[0], error.strerror))
    if failed:
        raise Trouble("%s failed; what it said stands above. Is there a network?" % what)


def install_with_uv(uv, lock):
    """Make the environment with uv."""
    run([uv, "venv", "-q", "--allow-existing", "--python", sys.executable, VENV], "uv venv")
    sync = [uv, "pip", "sync", "-q", "--python", PYTHON, "--require-hashes", lock]
    run(sync, "installing with uv")


def install_with_pip(lock):
    """Make the environment with venv and pip."""
    check_venv()
    # Over the environment of another Python venv would leave that one's programs.
    anew = [] if is_of_this_python() else ["--clear"]
    run([sys.executable, "-m", "venv", *anew, VENV], "making .venv")
    pip = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    run([*pip, "--require-hashes", "-r", lock], "installing with pip")


def fingerprint(name):
    """Return what the environment must have been made from."""
    with open(lock_file(name), "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    return "%s %s %d.%d" % (name, digest, sys.version_info[0], sys.version_info[1])


def lock_file(name):
    """Return the path of the lock of this name."""
    return os.path.join(KIT, "requirements", name + ".lock")


def made_from():
    """Return what fingerprint() said when .venv was made, empty if there is none."""
    try:
        with open(os.path.join(VENV, "kit.txt"), encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def is_of_this_python():
    """Whether the Python in .venv is there, and of the version that runs this."""
    version = "%d.%d" % sys.version_info[:2]
    return os.path.exists(PYTHON) and made_from().split()[-1:] == [version]


def is_ready(name):
    """Whether .venv holds what the lock `name` says; full holds all of core."""
    there = [one for one in (name, "full") if os.path.exists(lock_file(one))]  # students have one
    return os.path.exists(PYTHON) and made_from() in [fingerprint(one) for one in there]


def set_up(name):
    """Make .venv ready for `name`, if it is not yet."""
    check_python()
    if not os.path.exists(lock_file(name)):
        raise Trouble("this kit has no %s.lock in requirements/: it is the students' kit" % name)
    if is_ready(name):
        return
    print("Setting up .venv (%s), once ..." % name)
    sys.stdout.flush()
    uv = shutil.which("uv")
    try:
        if uv:
            install_with_uv(uv, lock_file(name))
        else:
            install_with_pip(lock_file(name))
    except BaseException as error:
        # Half an environment helps nobody, but what served until now goes on without a network.
        if not (isinstance(error, Trouble) and any(map(is_ready, SETS))):
            shutil.rmtree(VENV, ignore_errors=True)
        raise
    with open(os.path.join(VENV, "kit.txt"), "w", encoding="ascii") as file:
        file.write(fingerprint(name) + "\n")


def main(words):
    """Set up; return the exit status."""
    if len(words) != 1 or words[0] not in SETS:
        print("usage: bootstrap.py %s" % "|".join(SETS), file=sys.stderr)
        return 2
    try:
        set_up(words[0])
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
