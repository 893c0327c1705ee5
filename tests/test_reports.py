"""The reports of a class: nothing is missing, and nothing that a student wrote acts anywhere."""

import re

import pytest

from grader.document import Document, make_document, read_document, write_document
from grader.report.alike import groups_alike, percent
from grader.report.failure import failure_text, hardships_that_matter
from grader.report.late import late_words
from grader.report.mistakes import shared_mistakes
from grader.report.names import page_name
from grader.report.next_things import next_things
from grader.report.numbers import class_numbers, spread
from grader.report.pages import write_reports
from grader.report.people import ALIKE, BROKE, LEFT, REFUSED, needs_a_person
from grader.report.svg_sequence import SHOWN_EVENTS, sequence_svg
from grader.results import CRASHED, FAILED, NOT_RUN, PASSED
from grader.wire.hardships import HARDSHIPS
from tests.made_up import (
    MIXED,
    ONE,
    TRANSCRIPT,
    TWO,
    a_class,
    a_document,
    a_submission,
    event,
    lesson_facts,
    lesson_result,
    missing,
    pages,
    svg,
    task_result,
    ungraded,
)

ALL, NONE = [PASSED] * 4, [CRASHED, NOT_RUN, NOT_RUN, NOT_RUN]


def test_a_diagram_shows_each_event_and_marks_the_unexpected_by_more_than_colour():
    tree = svg(TRANSCRIPT)
    words = [node.text for node in tree.iter("text")]
    assert {"alice", "server", "bob"} <= set(words)
    assert words.count("hi") == 3
    bad = [group for group in tree.iter("g") if group.get("class") == "bad"]
    assert len(bad) == 1
    assert "\u25c0 unexpected" in [node.text for node in bad[0].iter("text")]


def test_a_diagram_says_the_same_in_words():
    tree = svg(TRANSCRIPT)
    assert tree.get("role") == "img"
    assert tree.find("title").text.startswith("What went between ")
    assert "2.6 ms: server to alice: hi, unexpected." in tree.find("desc").text


def test_a_long_transcript_is_cut_to_its_end_and_an_empty_one_is_nothing():
    rows = [event(n, "ann", "server", b"%d\n" % n) for n in range(40)]
    tree = svg(rows)
    assert len(list(tree.iter("g"))) == SHOWN_EVENTS
    assert f"the last {SHOWN_EVENTS} of 40 events" in tree.find("title").text
    assert sequence_svg([]) == ""


def test_who_needs_a_person_and_why():
    document = a_document(
        a_submission("fine", lesson_result(ONE, ALL)),
        a_submission("broke", ungraded(ONE)),
        a_submission("refused", missing(ONE), notes=["not graded: the zip holds a link"]),
        a_submission("left", lesson_result(ONE, ALL), notes=["01: 2 processes were left running"]),
        alike=[{"a": "fine", "b": "left", "lesson": "01_echo", "share": 0.97}],
    )
    found = {(one.id, one.kind): one.why for one in needs_a_person(document)}
    assert set(found) == {("broke", BROKE), ("refused", REFUSED), ("left", LEFT),
                          ("fine", ALIKE), ("left", ALIKE)}  # fmt: skip
    assert found["fine", ALIKE] == "97 % like left in 01_echo"


def test_alike_pairs_become_groups_and_lessons_with_the_same_members_one():
    pairs = [("a", "b", "01_echo", 1.0), ("a", "c", "01_echo", 0.9), ("a", "b", "02_lines", 0.95),
             ("c", "b", "02_lines", 0.99), ("d", "e", "02_lines", 0.999)]  # fmt: skip
    groups = groups_alike([dict(zip(("a", "b", "lesson", "share"), pair)) for pair in pairs])
    assert [(group.ids, group.lessons, group.share) for group in groups] == [
        (("a", "b", "c"), ("01_echo", "02_lines"), 0.9),
        (("d", "e"), ("02_lines",), 0.999),
    ]
    assert percent(0.999) == "99 %"


def test_the_page_says_nothing_of_near_identical_ones_when_nobody_looked(tmp_path):
    write_reports(a_document(a_submission("a", lesson_result(ONE, ALL))), tmp_path)
    assert "Near-identical" not in (tmp_path / "index.html").read_text()


def test_a_mistake_of_one_is_not_a_mistake_of_many():
    failing = [PASSED, FAILED, PASSED, PASSED]
    other = [PASSED, FAILED, FAILED, PASSED]
    document = a_document(*(a_submission(name, lesson_result(ONE, states)) for name, states in
                            (("a", failing), ("b", other), ("c", ALL))))  # fmt: skip
    assert [(one.id, one.who) for one in shared_mistakes(document)] == [("M1.2", ["a", "b"])]


def test_the_next_things_are_three_and_say_what_mending_opens():
    lesson = lesson_result(ONE, [PASSED, FAILED, NOT_RUN, FAILED])
    lesson.tasks[2].needs = ["1.2"]
    one = a_submission("a", lesson, missing(TWO), missing(lesson_facts(3, 4)))
    things = next_things(one)
    assert [thing.anchor for thing in things] == ["t1.2", "t1.4", "02_lines"]
    assert things[0].why.endswith("Mending it also opens 1.3.")
    assert next_things(a_submission("b", lesson_result(ONE, ALL))) == []


@pytest.mark.parametrize(
    ("late", "words"),
    [
        ({}, ""),
        (
            {"submitted": "2026-11-20T19:00", "days": 2, "percent": 20, "reason": ""},
            "Handed in 2026-11-20T19:00, 2 days late: 20 % off, so that 8 becomes 6.4.",
        ),
        ({"days": 1, "percent": 0, "reason": "waived"},
         "Handed in late, 1 day late: nothing is taken off (waived)."),
    ],
)  # fmt: skip
def test_lateness_is_explained(late, words):
    assert late_words(a_submission("a", lesson_result(ONE, ALL), late={ONE["id"]: late})) == words


def test_lateness_of_one_lesson_of_two_costs_that_one_only():
    lessons = lesson_result(ONE, ALL), lesson_result(TWO, ALL)
    one = a_submission("a", *lessons, late={ONE["id"]: {"days": 1, "percent": 25, "reason": ""}})
    assert (one.points, one.mark) == (16, 14)
    words = f"{ONE['id']}: Handed in late, 1 day late: 25 % off, so that 8 becomes 6."
    assert late_words(one) == words
    one.late[TWO["id"]] = {"percent": 50}
    words += f" {TWO['id']}: Handed in late: 50 % off, so that 8 becomes 4."
    assert late_words(one) == words
    one.late[TWO["id"]] = one.late[ONE["id"]]
    assert late_words(one) == "Handed in late, 1 day late: 25 % off, so that 16 becomes 12."


def test_a_late_mark_has_a_column_of_its_own_only_if_somebody_was_late(tmp_path):
    early = a_submission("early", lesson_result(ONE, ALL))
    write_reports(a_document(early), tmp_path)
    assert ">Mark<" not in (tmp_path / "index.html").read_text()
    late = a_submission(
        "late", lesson_result(ONE, ALL), late={ONE["id"]: {"days": 1, "percent": 20}}
    )
    write_reports(a_document(early, late), tmp_path)
    text = (tmp_path / "index.html").read_text()
    assert ">Mark<" in text
    assert ">6.4<" in text
    assert "mark after lateness" in (tmp_path / "feedback" / "late.html").read_text()
    assert "mark after lateness" not in (tmp_path / "feedback" / "early.html").read_text()


def test_a_students_page_has_all_that_a_failure_needs(tmp_path):
    lesson = lesson_result(ONE, MIXED, seed=4711)
    lesson.failed[0].tail = ["Traceback", "OSError: no"]
    write_reports(a_document(a_submission("it's ann", lesson)), tmp_path)
    for ending in (".html", ".md"):
        text = (tmp_path / "feedback" / page_name("it's ann", ending)).read_text()
        for word in ("1.2", "fence", "sender heard its own", "Who gets the line", "OSError: no",
                     "4711", "--seed 4711 --out out/again", "isolated", "hint 1.2"):  # fmt: skip
            assert word in text, f"{ending}: {word}"
    assert "<svg" in (tmp_path / "feedback" / page_name("it's ann")).read_text()


def test_what_a_program_had_to_bear_is_said_unless_the_mistake_is_another_matter():
    facts = ONE["tasks"][0]
    all_of_it = [one.says for one in HARDSHIPS]
    for says in (
        "A part is lost: send() takes what it likes.",
        "",
        "No lock.",
    ):
        likely = "M1.1" if says else ""
        failed = task_result(facts, FAILED, under=all_of_it, likely=likely, says=says)
        told = [one.says for one in HARDSHIPS if not says or one.word in says]
        assert hardships_that_matter(failed) == told
    failed.mend_first = "1.2"
    assert hardships_that_matter(failed) == all_of_it
    said = " ".join(failure_text("01_echo", failed).split())
    assert all(f"Under {one}" in said for one in all_of_it)


def test_every_state_is_told_apart_by_its_letter_alone(tmp_path):
    facts = lesson_facts(1, 6)
    states = [PASSED, FAILED, CRASHED, "timeout", NOT_RUN, "grader_error"]
    document = Document("0" * 64, "isolated", 1.0, [facts])
    document.submissions = [a_submission("a", lesson_result(facts, states)),
                            a_submission("b", missing(facts))]  # fmt: skip
    write_reports(document, tmp_path)
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r"</th>((?:<td[^>]*>[^<\n])+)</tr>", text)
    assert re.findall(">(.)", rows[0]) == ["\u00b7", "F", "C", "T", "w", "?"]
    assert set(re.findall(">(.)", rows[1])) == {"\u2013"}


def test_the_sandbox_level_stands_in_words_on_every_page(tmp_path):
    document = a_document(a_submission("a", lesson_result(ONE, ALL)))
    document.sandbox = "unprotected"
    write_reports(document, tmp_path)
    for text in pages(tmp_path).values():
        assert "Sandbox: unprotected" in text
        assert "only for programs you trust" in text


def test_points_are_counted_by_tenths():
    marks = [[PASSED] * n + [FAILED] * (4 - n) for n in range(5)]
    document = a_document(*(a_submission("a", lesson_result(ONE, states)) for states in marks))
    assert spread(document) == [1, 0, 1, 0, 0, 1, 0, 1, 0, 1]


def test_who_could_earn_no_points_is_in_none_of_the_classs_numbers():
    waiting = a_submission("the run ended before")
    whole = a_submission("whole", lesson_result(ONE, ALL))
    numbers = class_numbers(a_document(waiting, whole))
    assert (numbers.full, numbers.below_half) == (1, 0)
    assert numbers.median == numbers.mean == whole.points
    assert spread(a_document(waiting)) == [0] * 10


def test_an_empty_class_has_a_page(tmp_path):
    write_reports(a_document(), tmp_path)
    assert "Nobody." in (tmp_path / "index.html").read_text()


def test_a_spreadsheet_sees_that_the_gradebook_is_utf_8(tmp_path):
    write_reports(a_document(a_submission("J\u00f6rg")), tmp_path)
    data = (tmp_path / "gradebook.csv").read_bytes()
    assert data.startswith("\ufeffsubmission,".encode())
    assert "J\u00f6rg" in data.decode("utf-8-sig")


def test_three_hundred_submissions_fit_into_one_file_of_a_few_megabytes(tmp_path):
    document = a_class(submissions=300)
    for one in document.submissions:  # their own pages are not what is measured here
        for lesson in one.lessons:
            for task in lesson.tasks:
                task.transcript, task.likely = [], ""
    write_reports(document, tmp_path)
    assert (tmp_path / "index.html").stat().st_size < 3_000_000


def test_what_is_shown_is_what_was_written_to_the_last_digit(tmp_path):
    document = make_document([], [], "isolated", 22.53)
    write_document(tmp_path / "results.json", document)
    assert read_document(tmp_path / "results.json").seconds == document.seconds == 22.5
