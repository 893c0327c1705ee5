"""The names of what is written: whatever a submission is called, its page is a plain file."""

import hashlib
import re
from pathlib import Path

GRADEBOOK, CHANGES = "gradebook.csv", "changes.csv"  # beside results.json
FEEDBACK, GRADESCOPE = "feedback", "gradescope"  # folders of what is handed back


def page_name(submission_id: str, ending: str = ".html") -> str:
    """Return the file name of a submission's page; one that is no plain name gets a hash."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", submission_id)[:80]
    if plain != submission_id or plain.startswith("."):
        digest = hashlib.sha256(submission_id.encode("utf-8", "surrogatepass")).hexdigest()
        plain = f"_{plain}-{digest[:8]}"
    return plain + ending


def pages_of(submission_id: str, out: Path) -> list[Path]:
    """Return where the pages of one submission, for people and for platforms, stand in `out`."""
    return [
        out / FEEDBACK / page_name(submission_id),
        out / FEEDBACK / page_name(submission_id, ".md"),
        out / GRADESCOPE / page_name(submission_id, ".json"),
    ]
