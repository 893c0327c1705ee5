"""A transcript as a picture that a notebook shows by itself, and as text where there is none.

The rule: steps are counted, not timed, so the same exchange looks the same each time.
"""

from __future__ import annotations

from typing import Any

from grader.report.sequence import sequence_text
from grader.report.svg_sequence import ON_A_WALL, sequence_svg
from grader.wire.transcript import Transcript


class Diagram:
    """What went between the parties up to now; what comes later is not in it."""

    def __init__(self, transcript: Transcript | list[list[Any]]) -> None:
        """transcript: of something that runs, or the rows of a failed task in results.json."""
        self.rows = transcript.to_json() if isinstance(transcript, Transcript) else transcript

    def _repr_svg_(self) -> str:
        return sequence_svg(self.rows, ON_A_WALL)

    def __repr__(self) -> str:
        return "\n".join(sequence_text(self.rows, timed=False))
