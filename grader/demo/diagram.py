"""A transcript as a picture that a notebook shows by itself, and as text where there is none.

The rule: steps are counted, not timed, so the same exchange looks the same each time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from grader.report.sequence import parties_of, sequence_text
from grader.report.svg_sequence import ON_A_WALL, sequence_svg
from grader.wire.transcript import Event, Transcript

MOST_ROOMY = 3  # parties; with more of them the picture would be wider than a notebook's page
NARROW = replace(ON_A_WALL, scale=1.6, gap=140)


class Diagram:
    """What went between the parties up to now; what comes later is not in it."""

    def __init__(self, transcript: Transcript | list[list[Any]]) -> None:
        """transcript: of something that runs, or the rows of a failed task in results.json."""
        self.rows = transcript.to_json() if isinstance(transcript, Transcript) else transcript

    def _repr_svg_(self) -> str:
        parties = parties_of([Event.from_json(row) for row in self.rows])
        return sequence_svg(self.rows, ON_A_WALL if len(parties) <= MOST_ROOMY else NARROW)

    def __repr__(self) -> str:
        return "\n".join(sequence_text(self.rows, timed=False))
