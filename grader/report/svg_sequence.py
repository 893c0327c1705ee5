"""Draws a transcript as a sequence diagram in SVG: who sent which bytes to whom, and when.

The rule: one self-contained element that takes its colours from the page around it, so that it
is read in light and dark, in print and by colour-blind people: what was unexpected is thicker,
bold and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from grader.report.sequence import label, parties_of, when
from grader.visible import visible_line
from grader.wire.transcript import UNEXPECTED, Event

SHOWN_EVENTS = 14
LEFT, RIGHT = 116, 112  # pixels: up to the first party, after the last
TOP, ROW = 44, 30
WHEN = 74  # where the times end
LETTER = 7.3  # the width of one, in pixels
STYLE = (
    ".seq{--seq-bad:#b3450b;font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;"
    "color:inherit}"
    "@media(prefers-color-scheme:dark){.seq{--seq-bad:#ffae66}}"
    ".seq text{fill:currentColor;stroke:var(--paper,transparent);stroke-width:4px;"
    "paint-order:stroke}"
    ".seq .who{font-weight:600}.seq .when{opacity:.65}"
    ".seq .life{stroke:currentColor;opacity:.3}"
    ".seq .go{stroke:currentColor;stroke-width:1.2;fill:none}.seq .tip{fill:currentColor}"
    ".seq .bad text{fill:var(--seq-bad);font-weight:700}"
    ".seq .bad .go{stroke:var(--seq-bad);stroke-width:2.6}.seq .bad .tip{fill:var(--seq-bad)}"
)
PAPER = (
    ".seq{--paper:#fff;color:#111;background:var(--paper);max-width:100%;height:auto}"
    "@media(prefers-color-scheme:dark){.seq{--paper:#161616;color:#eee}}"
)


@dataclass(frozen=True)
class Look:
    """How a diagram is drawn: as part of a page, or otherwise."""

    scale: float = 1.0
    gap: int = 168  # pixels between two parties
    timed: bool = True  # else the steps are counted
    style: str = ""


ON_A_PAGE = Look()
ON_A_WALL = Look(scale=2, gap=200, timed=False, style=PAPER)  # alone, and seen from the last row


def sequence_svg(rows: Sequence[Sequence[object]], look: Look = ON_A_PAGE) -> str:
    """Return the diagram of the last events as one `<svg>` element, `` when there are none.

    rows: as in results.json, [seconds, source, target, bytes in base64, perhaps a note].
    """
    events = [Event.from_json(list(row)) for row in rows]
    last = events[-SHOWN_EVENTS:]
    if not last:
        return ""
    parties = parties_of(last)
    last = [event for event in last if event.source in parties and event.target in parties]
    lanes = {name: LEFT + look.gap * place for place, name in enumerate(parties)}
    width = LEFT + look.gap * (len(parties) - 1) + RIGHT
    height = TOP + ROW * len(last) + 14
    parts = [
        f'<svg class="seq" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'width="{width * look.scale:g}" height="{height * look.scale:g}" '
        f'viewBox="0 0 {width} {height}">',
        f"<title>{_text(_title(events, last, parties))}</title>",
        f"<desc>{_text(_account(last, look))}</desc><style>{STYLE}{look.style}</style>",
        *_lanes(lanes, height),
        *(_arrow(event, lanes, step, look) for step, event in enumerate(last, start=1)),
        "</svg>",
    ]
    return "".join(parts)


def _title(events: Sequence[Event], last: Sequence[Event], parties: Sequence[str]) -> str:
    part = f"the last {len(last)} of {len(events)} events" if len(last) < len(events) else ""
    words = f"What went between {', '.join(parties[:-1])} and {parties[-1]}"
    return f"{words} ({part})" if part else words


def _account(events: Sequence[Event], look: Look) -> str:
    """Return the same in words, for those who do not see the picture."""
    return " ".join(
        f"{when(event, step, look.timed)}: {event.source} to {event.target}: {label(event, 96)}"
        f"{', ' + UNEXPECTED if _is_bad(event) else ''}."
        for step, event in enumerate(events, start=1)
    )


def _lanes(lanes: dict[str, int], height: int) -> list[str]:
    return [
        f'<line class="life" x1="{x}" y1="{TOP - 14}" x2="{x}" y2="{height}"/>'
        f'<text class="who" x="{x}" y="{TOP - 22}" text-anchor="middle">{_text(name, 20)}</text>'
        for name, x in lanes.items()
    ]


def _arrow(event: Event, lanes: dict[str, int], step: int, look: Look) -> str:
    y = TOP + ROW * step
    start, end = lanes[event.source], lanes[event.target]
    side = 1 if end > start else -1
    right = max(lanes.values()) + 12
    words = label(event, int((abs(end - start) - 24) / LETTER))
    bad = _is_bad(event)
    return (
        f'<g class="{"bad" if bad else "ok"}"><title>{_text(label(event, 400))}</title>'
        f'<text class="when" x="{WHEN}" y="{y + 4}" text-anchor="end">'
        f"{when(event, step, look.timed)}</text>"
        f'<path class="go" d="M{start} {y}H{end - 7 * side}"/>'
        f'<path class="tip" d="M{end} {y}l{-9 * side} -4.5v9z"/>'
        f'<text x="{(start + end) / 2:g}" y="{y - 6}" text-anchor="middle">{_text(words)}</text>'
        + (f'<text x="{right}" y="{y + 4}">&#9664; {UNEXPECTED}</text>' if bad else "")
        + "</g>"
    )


def _is_bad(event: Event) -> bool:
    return event.note.startswith(UNEXPECTED)


def _text(text: str, room: int = 4000) -> str:
    return escape(visible_line(text, room))
