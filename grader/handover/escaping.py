"""Makes text from students harmless in what only other systems read; see also report/."""

from __future__ import annotations

import re

from grader.report.safe_markdown import code
from grader.visible import ROOM, visible_line

FORBIDDEN_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return the text without the characters that XML 1.0 forbids, even as references."""
    return FORBIDDEN_IN_XML.sub("", text)


def table_code(text: str) -> str:
    """Return Markdown for a word shown as code in a table.

    A table is cut at every bar, in code too, so a bar is shown as an escape.
    """
    return code(visible_line(text).replace("|", r"\x7c"), 2 * ROOM)
