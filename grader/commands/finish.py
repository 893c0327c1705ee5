"""Writes what a class run has come to: results.json, the reports, changes.csv.

The rule: what would say the same as before is not written again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from grader.classrun.changes import changes, changes_csv
from grader.classrun.earlier import Earlier, forget
from grader.classrun.run import ClassRun
from grader.document import RESULTS, Document, write_document, write_whole
from grader.report.names import CHANGES, GRADEBOOK, pages_of
from grader.spreadsheet import BYTE_ORDER_MARK

STAMP = ".reports"  # what the reports were made from


def finish(document: Document, out: Path, earlier: Earlier, mode: str, run: ClassRun) -> bool:
    """Write everything; return whether that was anything new.

    An interrupted run keeps what it needs to go on. note_what_was_written() is to follow, once
    the results have been handed over too.
    """
    before = earlier.before
    if before is not None and not run.interrupted:
        rows = list(changes(before.submissions, document.submissions, mode))
        if rows:  # otherwise it tells of the last regrade still
            write_whole(out / CHANGES, BYTE_ORDER_MARK + changes_csv(rows))
        elif before.lessons == document.lessons:
            document.seconds = before.seconds  # of the run that has graded all this
    write_document(out / RESULTS, document)
    if new := _read(out / STAMP) != _stamp(out) or not _is_complete(document, out):
        (out / STAMP).unlink(missing_ok=True)
        if before is not None:
            _remove_pages(_ids(before) - _ids(document), out)
        from grader.report.pages import write_reports  # jinja2 takes a while, and is rarely needed

        write_reports(document, out)
    if not run.interrupted:
        forget(out)
    return new


def _is_complete(document: Document, out: Path) -> bool:
    """Whether nobody has removed any of the pages."""
    pages = [page for name in _ids(document) for page in pages_of(name, out)]
    return all(page.is_file() for page in (out / "index.html", out / GRADEBOOK, *pages))


def _ids(document: Document) -> set[str]:
    """Return whose results these are."""
    return {one.id for one in document.submissions}


def _remove_pages(gone: set[str], out: Path) -> None:
    """Take the pages of who is not in the class any more out of what is handed back."""
    for name in gone:
        for place in pages_of(name, out):
            place.unlink(missing_ok=True)


def note_what_was_written(out: Path) -> None:
    """Remember what all that stands in the folder was made from: the next run need not again."""
    write_whole(out / STAMP, _stamp(out))


def _stamp(out: Path) -> str:
    """Return a sha256 over all that reports are made from, and the programs that make them."""
    results = (out / RESULTS).read_text(encoding="utf-8")
    digest = hashlib.sha256(results.replace('"cached": true', '"cached": false').encode())
    for part in ("report", "handover"):
        for path in sorted((Path(__file__).parents[1] / part).rglob("*.*")):
            if path.suffix != ".pyc":
                digest.update(path.read_bytes())
    return digest.hexdigest() + "\n"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
