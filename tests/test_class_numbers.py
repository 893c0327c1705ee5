"""A class in numbers."""

from grader.report.numbers import class_numbers
from grader.results import FAILED, PASSED, UNGRADED
from tests.made_up import ONE, a_document, a_submission, lesson_result


def test_who_has_not_been_graded_yet_has_no_full_marks():
    """After Ctrl-C there are submissions without a single result."""
    full = a_submission("ann", lesson_result(ONE, [PASSED] * 4))
    numbers = class_numbers(a_document(full, a_submission("bob"), a_submission("carol")))
    assert (numbers.full, numbers.below_half) == (1, 0)


def test_a_lesson_that_could_not_be_graded_puts_nobody_below_half():
    unknown = lesson_result(ONE, [FAILED] * 4)
    unknown.state = UNGRADED
    good, poor = (lesson_result(ONE, [state] * 4) for state in (PASSED, FAILED))
    people = [a_submission("ann", good, unknown), a_submission("bob", poor, poor, unknown)]
    assert [one.below_half for one in people] == [False, True]
    assert class_numbers(a_document(*people)).below_half == 1
