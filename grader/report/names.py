"""The file names of students' pages: whatever a submission is called, its page is a plain file."""

import hashlib
import re


def page_name(submission_id: str, ending: str = ".html") -> str:
    """Return the file name of a submission's page; one that is no plain name gets a hash."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", submission_id)[:80]
    if plain != submission_id or plain.startswith("."):
        digest = hashlib.sha256(submission_id.encode("utf-8", "surrogatepass")).hexdigest()
        plain = f"_{plain}-{digest[:8]}"
    return plain + ending
