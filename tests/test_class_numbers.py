"""A class in numbers."""

from grader.report.numbers import class_numbers
from grader.results import PASSED
from tests.made_up import ONE, a_document, a_submission, lesson_result


def test_who_has_not_been_graded_yet_has_no_full_marks():
    """After Ctrl-C there are submissions without a single result."""
    full = a_submission("ann", lesson_result(ONE, [PASSED] * 4))
    numbers = class_numbers(a_document(full, a_submission("bob"), a_submission("carol")))
    assert (numbers.full, numbers.below_half) == (1, 0)
