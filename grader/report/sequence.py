"""Draws a transcript as a sequence diagram in plain ASCII, at most 80 columns wide."""

from __future__ import annotations

from collections.abc import Sequence

from grader.wire.transcript import UNEXPECTED, Event

MARGIN = 7  # columns before the first party's field
MARK = f"  <-- {UNEXPECTED}"
MOST_PARTIES = 5
SHOWN_EVENTS = 9


def sequence_text(
    rows: Sequence[list[object]], width: int = 80, *, timed: bool = True
) -> list[str]:
    """Return the lines of a diagram of the last events; rows as in results.json.

    timed: with the time of each event; else the steps are counted.
    """
    events = [Event.from_json(row) for row in rows]
    if not events:
        return []
    last = events[-SHOWN_EVENTS:]
    parties = parties_of(last)
    last = [event for event in last if event.source in parties and event.target in parties]
    gap = min(24, int((width - MARGIN - len(MARK) - 2) / (len(parties) - 0.5)))
    lines = (
        [] if len(events) == len(last) else [f"  (the last {len(last)} of {len(events)} events)"]
    )
    lines.append(" " * MARGIN + "".join(name[: gap - 2].center(gap) for name in parties))
    first = MARGIN + gap // 2
    for step, event in enumerate(last, start=1):
        beginning = when(event, step, timed).rjust(MARGIN + 4)[: first - 1].ljust(first)
        lines.append(beginning + _row(event, parties, first, gap).rstrip())
    return [line[:width].rstrip() for line in lines]


def parties_of(events: Sequence[Event]) -> list[str]:
    """Return who takes part, at most five, the program second: it stands between the peers."""
    names: list[str] = []
    for event in reversed(events):
        for name in (event.target, event.source):
            if name not in names:
                names.append(name)
    names = names[:MOST_PARTIES]
    order = [name for event in events for name in (event.source, event.target)]
    names.sort(key=order.index)
    busiest = max(names, key=order.count)
    names.remove(busiest)
    names.insert(1, busiest)
    return names


def _row(event: Event, parties: Sequence[str], first: int, gap: int) -> str:
    lanes = [first + gap * index for index in range(len(parties))]
    canvas = [" "] * (lanes[-1] + 1)
    for lane in lanes:
        canvas[lane] = "|"
    source, target = lanes[parties.index(event.source)], lanes[parties.index(event.target)]
    left, right = sorted((source, target))
    inside = right - left - 1
    text = label(event, inside - 6)
    arrow = f" {text} ".center(inside, "-") if text else "-" * inside
    arrow = arrow[:-1] + ">" if target > source else "<" + arrow[1:]
    canvas[left + 1 : right] = list(arrow)
    mark = MARK if event.note.startswith(UNEXPECTED) else ""
    return "".join(canvas)[first:] + mark


def when(event: Event, step: int, timed: bool) -> str:
    """Return the time of an event in milliseconds, or which step it is."""
    return f"{event.seconds * 1000:.1f} ms" if timed else f"{step}"


def label(event: Event, room: int) -> str:
    """Return a line as text, other bytes as their repr, a note in brackets; cut to fit."""
    if not event.data:
        words = event.note if len(event.note) <= room - 2 else event.note[: room - 4] + ".."
        return f"({words})"
    text = event.data.removesuffix(b"\n")
    whole = event.data.endswith(b"\n") and b"\n" not in text and event.size <= len(event.data)
    plain = whole and bool(text) and text.isascii() and text.decode("latin-1").isprintable()
    words = text.decode("latin-1") if plain else repr(event.data)
    return words if len(words) <= room else words[: max(room - 2, 1)] + ".."
