"""Makes text from students harmless, once for each place it can go to."""

from __future__ import annotations

import re

from grader.report.visible import visible_line

FORBIDDEN_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return the text without the characters that XML 1.0 forbids, even as references."""
    return FORBIDDEN_IN_XML.sub("", text)


def markdown_code(text: str) -> str:
    """Return Markdown for a word shown as code, also in a table: no link, no tag, no mention.

    A table is cut at every bar, in code too, so a bar is shown as an escape.
    """
    shown = visible_line(text).replace("|", r"\x7c")
    ticks = "`" * (_longest_run(shown) + 1)
    return f"{ticks} {shown} {ticks}" if shown.strip() else "` `"


def fenced(text: str) -> str:
    """Return a Markdown code block; its fence is longer than any in the text."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}text\n{text}\n{fence}"


def _longest_run(text: str) -> int:
    """Return how many backticks follow each other at the most."""
    return max((len(run) for run in re.findall("`+", text)), default=0)
