"""Reads Gradescope's `submission_metadata.yml`: who handed in which folder, and when.

The rule: of that YAML only these few lines are read, by their column. What a program printed
is in there too, always further to the right, so that it can't pass for a name.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

MOST_BYTES = 256 * 2**20
FOLDER = re.compile(r"^(?P<name>submission_(?P<number>[0-9]+)):\s*$")
PART = re.compile(r"^  :(?P<part>[a-z_]+):(?P<value>.*)$")
FIELD = re.compile(r"^  (?:- |  ):(?P<field>name|email|sid): ?(?P<value>.*)$")


def read_metadata(text: str) -> dict[str, dict[str, str]]:
    """Return for each folder `submission`, and as far as they are there `name`, `email`, `sid`.

    `submitted` is a time in ISO 8601, in UTC. People of a group are joined with "; ".
    """
    folders: dict[str, dict[str, str]] = {}
    facts: dict[str, str] = {}
    part = ""
    for line in text.splitlines():
        if match := FOLDER.match(line):
            facts = folders.setdefault(match["name"], {"submission": match["number"]})
            part = ""
        elif match := PART.match(line):
            part = match["part"]
            if part == "created_at" and (moment := _moment(_value(match["value"]))):
                facts["submitted"] = moment
        elif part == "submitters" and (match := FIELD.match(line)):
            _join(facts, match["field"], _value(match["value"]))
    return folders


def _join(facts: dict[str, str], name: str, value: str) -> None:
    if value:
        facts[name] = f"{facts[name]}; {value}" if name in facts else value


def _value(text: str) -> str:
    """Return a YAML scalar of one line: plain, 'quoted' or "quoted"."""
    text = re.sub(r"^[&!]\S+ ", "", text.strip())  # an anchor or a tag in front
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return _double_quoted(text)
    return "" if text in ("", "~", "null") else text


def _double_quoted(text: str) -> str:
    r"""Return the text; \xE9 is the one common escape that JSON does not have."""
    try:
        return str(json.loads(re.sub(r"\\x([0-9A-Fa-f]{2})", r"\\u00\1", text)))
    except ValueError:
        return text[1:-1]


def _moment(text: str) -> str:
    """Return Ruby's `2026-11-20 18:00:00.123456789 Z` in ISO 8601; empty if it is no time."""
    text = re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text.replace(" Z", "Z").replace(" UTC", "Z"))
    text = re.sub(r" ([+-][0-9]{2}:?[0-9]{2})$", r"\1", text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return moment.astimezone(UTC).isoformat() if moment.tzinfo else f"{moment.isoformat()}+00:00"
