"""Tasks whose input is open-ended: Hypothesis invents it, the wire judges it.

The rule: the first failure decides. What comes after it only looks for a smaller example to
show, and not for long.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from grader.wire.failure import WireFailure
from grader.wire.server import Server
from grader.wire.stage import Stage

SHRINK_SECONDS = 4.0  # spent on a smaller example


def for_any(examples: int = 25, **strategies: SearchStrategy[Any]) -> Callable[..., Any]:
    """Run the test for many invented inputs, one keyword argument a strategy.

    The test gets the fixture `server`, running, and nobody connected; after each example its
    peers leave. examples: how many are tried.
    """

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        first_failures: WeakKeyDictionary[Stage, float] = WeakKeyDictionary()

        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
        )
        @given(**strategies)
        @functools.wraps(test)
        def one_example(server: Server, **invented: Any) -> None:
            failed_at = first_failures.get(server.stage)
            if failed_at and time.monotonic() - failed_at > SHRINK_SECONDS:
                return
            try:
                server.begins_afresh(restart=failed_at is not None)
                test(server, **invented)
                server.stage.check_at_the_end()
            except WireFailure:
                first_failures.setdefault(server.stage, time.monotonic())
                raise

        return one_example

    return decorate
