"""What the graded suites are written with: `from grader.suite import task, for_any`."""

from grader.suite.marks import task
from grader.suite.properties import for_any

__all__ = ["for_any", "task"]
