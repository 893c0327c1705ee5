"""The limits under which everything is judged, in one word: where it differs, marks may differ."""

from __future__ import annotations

import hashlib
import json
from functools import cache

from grader.box.limits import as_words
from grader.wire.patience import (
    MOST_OWED,
    MOST_SLOWNESS,
    MOST_STARVED,
    PATIENCE,
    SOONER,
    TASK_SECONDS,
)


@cache
def limits_hash() -> str:
    """Return a short sha256 over all limits of time, memory, files and processes."""
    limits = [PATIENCE, TASK_SECONDS, SOONER, MOST_SLOWNESS, MOST_OWED, MOST_STARVED, as_words()]
    return hashlib.sha256(json.dumps(limits, sort_keys=True).encode()).hexdigest()[:16]
