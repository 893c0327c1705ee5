"""The seed of what a suite invents: unknown to students, known to the instructor for a dispute."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from grader.errors import UserError

SECRET = "secret.key"  # in the folder of results, unless another is named
SECRET_BYTES = 32
FEWEST_BYTES = 8


def read_secret(path: Path) -> bytes:
    """Return the course's secret; a file that is not there is made. Raises UserError."""
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise UserError(f"cannot use the secret {path}: {error.strerror}") from None
    if len(secret) < FEWEST_BYTES:
        raise UserError(
            f"the secret {path} has {len(secret)} bytes, and could be guessed: remove it, and a "
            "new one is made"
        )
    return secret


def _make_secret(path: Path) -> None:
    """Write a new one in one step: a full disk leaves none, and not an empty one."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(os.urandom(SECRET_BYTES).hex().encode())
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def seed_for(secret: bytes, submission: str, suite: str) -> int:
    """Return a seed from 1 to 2**31 for this submission's bytes (a sha256) and this suite."""
    digest = hmac.new(secret, f"{submission}\0{suite}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:4], "big") % 2**31 + 1
