"""Lessons and tasks by the names that people type."""

from grader.course.catalogue import all_lessons, chosen, lessons_named


def test_what_is_named_twice_is_meant_once():
    assert [lesson.number for lesson in lessons_named(["4", "2", "04_broadcast", "02"])] == [2, 4]
    assert [(lesson.number, tasks) for lesson, tasks in chosen(["4.2", "4.1", "4.2"])] == [
        (4, ["4.2", "4.1"])
    ]
    assert [(lesson.number, tasks) for lesson, tasks in chosen(["4.2", "4"])] == [(4, [])]


def test_no_name_means_all_lessons():
    assert lessons_named([]) == all_lessons()
