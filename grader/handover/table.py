"""A table as a learning platform exported it: read, filled in, written back.

The rule: whatever is not filled in comes back byte for byte: encoding, byte order mark,
separator, quotes and line ends.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import UserError

SEPARATORS = (",", ";", "\t")
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # what .xlsx, .ods and old .xls begin with
QUOTED = '"(?:[^"]|"")*"'
PREFACE = r"(?:[ \t]*(?:\r\n|\r|\n)|sep=.?(?:\r\n|\r|\n))*"  # what Excel is told, and empty lines


@dataclass
class Line:
    """One record. cells: as they stand in the file, with their quotes; end: its line end."""

    cells: list[str]
    end: str


@dataclass
class Table:
    """The records of a file, the header first; columns count from 0. preface: before the header."""

    lines: list[Line]
    separator: str
    encoding: str = "utf-8"
    bom: bytes = b""
    preface: str = ""
    header: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.header = [_value(raw).strip() for raw in self.lines[0].cells]

    def value(self, row: int, column: int) -> str:
        """Return what a cell says, without quotes; a cell that is not there is empty."""
        cells = self.lines[row].cells
        return _value(cells[column]) if column < len(cells) else ""

    def fill(self, row: int, column: int, text: str) -> None:
        """Put a value in; a cell that was quoted stays quoted."""
        cells = self.lines[row].cells
        cells += [""] * (column + 1 - len(cells))
        must = cells[column].startswith('"') or re.search(f'[{self.separator}"\r\n]', text)
        cells[column] = '"' + text.replace('"', '""') + '"' if must else text

    def column(self, title: str) -> int:
        """Return the place of the column with this title. Raises ValueError."""
        return self.header.index(title)

    def to_bytes(self, rows: Iterable[int]) -> bytes:
        """Return the file with these rows only; what its encoding lacks is filled in as `?`."""
        lines = (self.lines[row] for row in rows)
        text = "".join(self.separator.join(line.cells) + line.end for line in lines)
        return self.bom + (self.preface + text).encode(self.encoding, "replace")


def read_table(path: Path) -> Table:
    """Read a CSV, tab or semicolon separated file. Raises UserError that names the file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    if data.startswith(WORKBOOKS):
        raise UserError(f"{path} is a workbook of a spreadsheet, or a zip: save it as CSV")
    try:
        table = parse_table(data)
    except UnicodeDecodeError:
        raise UserError(f"{path} is not a text file, or it is cut off") from None
    if "\0" in "".join(table.header):
        raise UserError(f'{path} is not a text file that is known: save it as "CSV UTF-8"')
    if len(table.header) < 2:
        raise UserError(f"{path} is not a table: give the CSV that the platform exported")
    return table


def parse_table(data: bytes) -> Table:
    """Take a file apart. Without a byte order mark it is UTF-8, or else taken byte by byte."""
    bom, encoding = next(((b, name) for b, name in BOMS if data.startswith(b)), (b"", "utf-8"))
    try:
        text = data[len(bom) :].decode(encoding)
    except UnicodeDecodeError:
        if bom:
            raise
        text, encoding = data.decode("latin-1"), "latin-1"
    rest = re.sub(rf"\A{PREFACE}", "", text)
    preface, text = text[: len(text) - len(rest)], rest
    sign = _separator(text)
    return Table(_split(text, sign), sign, encoding, bom, preface)


def _separator(text: str) -> str:
    """Return the sign that cuts the first record into the most cells."""
    first = re.match(rf'(?:{QUOTED}|[^"\r\n]|")*', text)
    head = first.group() if first else ""
    return max(SEPARATORS, key=lambda sign: len(_split(head, sign)[0].cells))


def _split(text: str, separator: str) -> list[Line]:
    end = rf"({separator}|\r\n|\r|\n|\Z)"
    cell = re.compile(rf"({QUOTED}[^{separator}\r\n]*|[^{separator}\r\n]*){end}")
    lines, cells, place = [], [], 0
    while found := cell.match(text, place):
        cells.append(found.group(1))
        place = found.end()
        if found.group(2) != separator:
            lines.append(Line(cells, found.group(2)))
            cells = []
            if place == len(text):
                break
    return lines


def _value(raw: str) -> str:
    if len(raw) >= 2 and raw.startswith('"'):
        return raw[1 : raw.rindex('"')].replace('""', '"')
    return raw
