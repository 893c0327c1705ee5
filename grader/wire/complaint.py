"""What somebody who talks to a program says when the stream brings another thing than expected.

The rule: silence is called silence, a hang-up a hang-up, and what came is shown beside it.
"""

from __future__ import annotations

from grader.wire.connection import Connection
from grader.wire.failure import Kind, WireFailure
from grader.wire.lines import difference, shown
from grader.wire.transcript import END, UNEXPECTED


def nothing_came(connection: Connection, expected: str, got: str) -> WireFailure:
    """Return the failure to raise when the rest did not come. got: what did, in words."""
    rest = bytes(connection.arrived)
    kind, words = Kind.SILENCE, "silence"
    if connection.ending:
        how = "hung up" if connection.ending == END else "reset the connection"
        kind, words = Kind.HANG_UP, f"the {connection.other} {how}"
    words = f"{got}, then {words}" if got else words
    return connection.stage.fail(kind, connection.name, expected, words, rest)


def something_else_came(
    connection: Connection, words: str, expected: bytes, got: bytes
) -> WireFailure:
    """Return the failure to raise when these bytes came. words: the expected ones for the eye."""
    mark_unexpected(connection)
    where = difference(expected, got)
    told = f"{shown(got)}{where and ', ' + where}"
    return connection.stage.fail(Kind.DIFFERENT, connection.name, words, told, got)


def mark_unexpected(connection: Connection) -> None:
    """Say at the last bytes that came, in the transcript, that they were not expected."""
    for event in reversed(connection.stage.transcript.events):
        if event.target == connection.name and event.data:
            event.note = event.note or UNEXPECTED
            return
