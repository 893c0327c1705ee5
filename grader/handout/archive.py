"""Writes a zip: the same kit makes the same bytes, on any day and any system."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

from grader.document import write_bytes
from grader.errors import UserError

WHEN = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
UNIX = 3  # so that modes count
PROGRAM, PLAIN = 0o100755, 0o100644


def write_archive(path: Path, members: Mapping[str, bytes], programs: Collection[str] = ()) -> None:
    """Write members (name in the zip -> content), in this order. Raises UserError that names it.

    programs: the names of those that are to be executable.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, WHEN)
            info.create_system = UNIX
            info.external_attr = (PROGRAM if name in programs else PLAIN) << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None
    write_bytes(path, target.getvalue())
