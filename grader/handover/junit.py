"""`junit.xml`: a suite for each lesson of each student, a case for each task."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from grader.document import Document
from grader.handover.escaping import xml_text
from grader.handover.stories import task_story
from grader.results import (
    GRADER_ERROR,
    NOT_RUN,
    PASSED,
    LessonResult,
    SubmissionResult,
    TaskResult,
)
from grader.visible import visible_line


def junit_xml(document: Document) -> str:
    """Return the document; a lesson that was not handed in is a suite without cases."""
    root = Element("testsuites", name="From Echo to Chat")
    for one in document.submissions:
        for lesson in one.lessons:
            _add_suite(root, one, lesson)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _add_suite(root: Element, one: SubmissionResult, lesson: LessonResult) -> None:
    student = xml_text(visible_line(one.id))
    states = [task.state for task in lesson.tasks]
    bad = [state for state in states if state not in (PASSED, NOT_RUN, GRADER_ERROR)]
    suite = SubElement(
        root,
        "testsuite",
        name=f"{student}: {lesson.id}",
        tests=str(len(states)),
        failures=str(len(bad)),
        errors=str(states.count(GRADER_ERROR)),
        skipped=str(states.count(NOT_RUN)),
        time=f"{lesson.seconds:.3f}",
    )
    facts = {"student": student, "state": lesson.state, "score": str(lesson.points)}
    facts["max_score"] = str(lesson.max_points)
    properties = SubElement(suite, "properties")
    for name, value in facts.items():
        SubElement(properties, "property", name=name, value=value)
    for task in lesson.tasks:
        _add_case(suite, f"{student}.{lesson.id}", lesson, task)


def _add_case(suite: Element, owner: str, lesson: LessonResult, task: TaskResult) -> None:
    name, seconds = f"{task.id} {task.title}", f"{task.seconds:.3f}"
    case = SubElement(suite, "testcase", classname=owner, name=xml_text(name), time=seconds)
    if task.state == PASSED:
        return
    tag = {NOT_RUN: "skipped", GRADER_ERROR: "error"}.get(task.state, "failure")
    story = task_story(lesson, task)
    message = xml_text(visible_line(task.message or story))
    outcome = SubElement(case, tag, message=message)
    if tag != "skipped":
        outcome.set("type", xml_text(task.kind or task.state))
        outcome.text = xml_text(story)
