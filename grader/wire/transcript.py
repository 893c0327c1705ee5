"""The record of who sent which bytes to whom, and when. Nothing here touches a socket."""

import base64
import time
from collections.abc import Iterator
from dataclasses import dataclass

KEPT_BYTES = 96  # of one event; the rest is counted, not kept
KEPT_EVENTS = 400  # of one task; the oldest go first
WRITTEN_EVENTS = 40  # in results.json
END, RESET = "ends its stream", "resets"
UNEXPECTED = "unexpected"


@dataclass
class Event:
    """Bytes, or something without bytes (a note), that went from one party to another."""

    seconds: float  # since the task began
    source: str
    target: str
    data: bytes = b""  # at most KEPT_BYTES
    note: str = ""  # what happened when no bytes went, or what is to be said about them
    size: int = 0  # of the bytes before they were cut

    def to_json(self) -> list[object]:
        """Return [seconds, source, target, bytes in base64], and the note if there is one."""
        row: list[object] = [round(self.seconds, 4), self.source, self.target]
        row.append(base64.b64encode(self.data).decode())
        note = self.note
        if self.size > len(self.data):
            note = f"{note}, {self.size} bytes in all" if note else f"{self.size} bytes in all"
        return [*row, note] if note else row

    @classmethod
    def from_json(cls, row: list[object]) -> "Event":
        """Read back what to_json wrote."""
        seconds, source, target, data = row[:4]
        note = str(row[4]) if len(row) > 4 else ""
        kept = base64.b64decode(str(data))
        return cls(float(str(seconds)), str(source), str(target), kept, note, len(kept))


class Transcript:
    """The events of one task, oldest first. Only for the thread that runs the task."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget everything; time begins again at 0."""
        self.events: list[Event] = []
        self.began = time.monotonic()

    def record(self, source: str, target: str, data: bytes = b"", note: str = "") -> Event:
        """Add an event that happens now."""
        event = Event(
            time.monotonic() - self.began, source, target, data[:KEPT_BYTES], note, len(data)
        )
        self.events.append(event)
        if len(self.events) > KEPT_EVENTS:
            del self.events[0]
        return event

    def to_json(self) -> list[list[object]]:
        """Return the last events, ready to be written."""
        return [event.to_json() for event in self.events[-WRITTEN_EVENTS:]]

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)
