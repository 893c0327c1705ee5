"""Lateness: what it costs, to the second, whatever the clocks do; rules that cannot be misread."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classrun.late import NOTE, Rules, Waiver, apply, late_for, moment
from grader.classrun.laterules import read_rules
from grader.cli import main
from grader.errors import UserError
from grader.results import SubmissionResult

BERLIN = ZoneInfo("Europe/Berlin")
EXAMPLE = """\
deadline = 2026-11-22T23:59:00
timezone = "Europe/Berlin"
grace_minutes = 15
percent_per_day = 10
most_percent = 50
nothing_after_days = 7
waivers = "waivers.csv"
"""
SECOND = timedelta(seconds=1)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]


def at(text, zone=BERLIN):
    """Return the moment when clocks in the zone show this."""
    return moment(datetime.fromisoformat(text), zone)


def rules(**more):
    """Return rules: Sunday 23:59 in Berlin, 10 % a day."""
    return replace(Rules(at("2026-11-22T23:59:00"), BERLIN, 10), **more)


def percent(when, given_rules, names=("ann",)):
    """Return what is taken off."""
    return late_for(names, when, given_rules).get("percent", 0)


def days(when, given_rules):
    """Return the days begun."""
    return late_for(["ann"], when, given_rules).get("days", 0)


def test_in_time_costs_nothing_and_a_second_later_a_day():
    assert late_for(["ann"], at("2026-11-22T23:59:00"), rules()) == {}
    late = late_for(["ann"], at("2026-11-22T23:59:01"), rules())
    assert late == {
        "submitted": "2026-11-22T23:59:01+01:00",
        "deadline": "2026-11-22T23:59:00+01:00",
        "days": 1,
        "percent": 10,
        "reason": "1 day late: 10 % off",
    }


def test_grace_ends_to_the_second_and_does_not_move_the_days():
    with_grace = rules(grace=timedelta(minutes=15))
    assert percent(at("2026-11-23T00:14:00"), with_grace) == 0
    assert percent(at("2026-11-23T00:14:01"), with_grace) == 10
    assert percent(at("2026-11-23T23:59:00"), with_grace) == 10
    assert percent(at("2026-11-23T23:59:01"), with_grace) == 20


def test_a_day_ends_when_the_clock_shows_the_time_again():
    autumn = rules(deadline=at("2026-10-24T23:59:00"))  # the next day has 25 hours
    assert days(at("2026-10-25T23:59:00"), autumn) == 1
    assert days(at("2026-10-25T23:59:00") + SECOND, autumn) == 2
    assert at("2026-10-25T23:59:00") - autumn.deadline == timedelta(hours=25)
    spring = rules(deadline=at("2026-03-28T23:59:00"))  # the next day has 23 hours
    assert days(at("2026-03-29T23:59:00"), spring) == 1
    assert days(at("2026-03-29T23:59:00") + SECOND, spring) == 2


def test_of_a_time_that_comes_twice_the_later_is_meant_and_one_that_never_comes_is_after_the_gap():
    twice = at("2026-10-25T02:30:00")
    assert twice == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert days(datetime.fromisoformat("2026-10-25T02:30:00+01:00"), rules(deadline=twice)) == 0
    never = at("2026-03-29T02:30:00")
    assert never == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_the_cap_holds_until_nothing_counts():
    capped = rules(most_percent=50, nothing_after_days=7)
    assert percent(at("2026-11-29T23:59:00"), capped) == 50
    late = late_for(["ann"], at("2026-11-29T23:59:01"), capped)
    assert (late["percent"], late["reason"]) == (100, "8 days late: nothing counts after 7 days")


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
RULES = st.builds(
    lambda deadline, zone, rate, most, grace, stop: Rules(
        deadline, ZoneInfo(zone), rate, most, timedelta(minutes=grace), stop
    ),
    MOMENTS, st.sampled_from(ZONES), st.integers(0, 100) | st.floats(0, 100), st.integers(0, 100),
    st.integers(0, 3000), st.none() | st.integers(0, 400),
)  # fmt: skip
DELAYS = st.integers(-(10**6), 10**8).map(lambda seconds: timedelta(seconds=seconds))


@given(RULES, DELAYS, DELAYS)
def test_later_never_costs_less(given_rules, one, other):
    sooner, later = sorted((one, other))
    before = percent(given_rules.deadline + sooner, given_rules)
    assert before <= percent(given_rules.deadline + later, given_rules)


@given(RULES, DELAYS)
def test_it_costs_no_less_than_nothing_and_no_more_than_the_cap(given_rules, delay):
    late = late_for(["ann"], given_rules.deadline + delay, given_rules)
    assert bool(late) == (delay > given_rules.grace)
    if not late:
        return
    stop = given_rules.nothing_after_days
    over = stop is not None and late["days"] > stop
    assert late["percent"] == 100 if over else 0 <= late["percent"] <= given_rules.most_percent
    assert abs(late["days"] - delay / timedelta(days=1)) <= 1 + 1 / 24 + 1e-9


@given(RULES, DELAYS, st.integers(0, 30), DELAYS)
def test_a_waiver_never_costs_anything(given_rules, delay, extra, until):
    when = given_rules.deadline + delay
    for waiver in (Waiver("", None, extra), Waiver("", given_rules.deadline + until)):
        kind = replace(given_rules, waivers={"ann": waiver})
        assert percent(when, kind) <= percent(when, given_rules)


@given(MOMENTS, st.sampled_from(ZONES))
def test_the_same_moment_costs_the_same_wherever_it_is_written_down(when, zone):
    assert late_for(["ann"], when, rules()) == late_for(
        ["ann"], when.astimezone(ZoneInfo(zone)), rules()
    )


def write(tmp_path, text=EXAMPLE, waivers="id,until,reason\n"):
    """Write rules and waivers; return the rules' path."""
    (tmp_path / "waivers.csv").write_text(waivers, encoding="utf-8")
    (tmp_path / "late.toml").write_text(text, encoding="utf-8")
    return tmp_path / "late.toml"


def test_the_documented_example_is_read(tmp_path):
    waivers = "\ufeffid;until;extra_days;reason\nann;2026-11-25;;ill\n4711;;2;\n\n"
    found = read_rules(write(tmp_path, waivers=waivers))
    assert found.deadline == datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
    assert (found.percent_per_day, found.most_percent, found.nothing_after_days) == (10, 50, 7)
    assert found.grace == timedelta(minutes=15)
    assert found.waivers["ann"] == Waiver("ill", at("2026-11-26T00:00:00"))
    assert found.waivers["4711"].extra_days == 2
    assert percent(at("2026-11-26T00:10:00"), found) == 0
    late = late_for(["ann"], at("2026-11-26T00:15:01"), found)
    assert late["reason"] == "1 day late: 10 % off; more time was given: ill"


def test_a_deadline_may_have_an_offset_and_no_zone(tmp_path):
    path = write(tmp_path, "deadline = 2026-11-22T23:59:00+05:30\npercent_per_day = 12.5\n")
    assert read_rules(path).deadline == datetime(2026, 11, 22, 18, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("deadline = 2026-11-22\n", "a date and a time"),
        ("deadline = 2026-11-22T23:59:00\npercent_per_day = 1", "has no offset"),
        (EXAMPLE.replace("Berlin", "Bärlin"), "no time zone is called"),
        (EXAMPLE.replace("Europe/Berlin", "../../etc/passwd"), "no time zone is called"),
        (EXAMPLE.replace("= 10", "= -1"), "percent_per_day must be a number from 0 to 100"),
        (EXAMPLE.replace("= 10", "= true"), "percent_per_day must be a number"),
        (EXAMPLE.replace("percent_per_day = 10\n", ""), "percent_per_day must be a number"),
        (EXAMPLE.replace("= 50", "= nan"), "most_percent must be a number"),
        (EXAMPLE.replace("grace_minutes", "grace"), "'grace' is not known"),
        ("deadline = soon", "cannot be read"),
    ],
)
def test_rules_that_could_be_misread_are_refused(tmp_path, text, says):
    with pytest.raises(UserError, match=says) as refused:
        read_rules(write(tmp_path, text))
    assert "late.toml" in str(refused.value)


@pytest.mark.parametrize(
    ("waivers", "says"),
    [
        ("name,until\nann,2026-11-25\n", "needs the columns id,until,reason"),
        ("id,until\nann,25.11.2026\n", "line 2: '25.11.2026' is no time such as"),
        ("id,extra_days\nann,-3\n", "line 2: extra_days '-3'"),
        ("id,extra_days\nann,1\nann,2\n", "line 3: 'ann' is there twice"),
        ("id,extra_days\n,1\n", "line 2: the id is missing"),
    ],
)
def test_waivers_that_could_be_misread_are_refused(tmp_path, waivers, says):
    with pytest.raises(UserError, match=says):
        read_rules(write(tmp_path, waivers=waivers))


def result(one, **person):
    """Return an empty result of somebody."""
    return SubmissionResult(one, "", person=person)


def test_the_platforms_time_counts_a_list_overrides_it_and_without_one_nothing_is_taken_off():
    class_ = [
        result("ann", submitted="2026-11-23T12:00:00+00:00"),
        result("bob", participant="4711"),
        result("carol", flag="LATE"),
        result("dave", email="dave@example.org; eve@example.org", submitted="2026-12-01T12:00:00Z"),
    ]
    late = rules(
        submitted={"4711": at("2026-11-24T12:00:00")},
        waivers={"eve@example.org": Waiver("ill", None, 30), "nobody": Waiver()},
    )
    assert apply(late, class_) == ["nobody"]
    assert [one.late.get("percent", 0) for one in class_] == [10, 20, 0, 0]
    says = "lateness: the platform marks it late, but no time of submission is known; "
    assert class_[2].notes == [says + "nothing was taken off"]
    assert [one.notes for one in (class_[0], class_[1], class_[3])] == [[], [], []]


def test_rules_can_be_applied_again(tmp_path):
    ann, bob = result("ann", submitted="2026-11-23T12:00:00+00:00"), result("bob")
    ann.notes.append("left out: something")
    apply(rules(), [ann, bob])
    first = (ann.to_json(), bob.to_json())
    apply(rules(), [ann, bob])
    assert (ann.to_json(), bob.to_json()) == first
    apply(
        rules(deadline=at("2027-01-01T00:00:00"), submitted={"bob": at("2026-01-01")}), [ann, bob]
    )
    assert (ann.late, ann.notes, bob.notes) == ({}, ["left out: something"], [])
    assert not any(note.startswith(NOTE) for note in bob.notes)


def test_report_applies_rules_to_results_and_writes_them_back(tmp_path, capsys):
    lesson = {
        "id": "01_echo", "title": "echo", "state": "graded", "points": 10, "max_points": 20,
        "tasks": [],
    }  # fmt: skip
    one = {"id": "ann", "sha256": "", "notes": [], "lessons": [lesson]}
    described = {"id": "01_echo", "title": "echo", "points": 20, "tasks": []}
    document = {
        "format": 1, "kit": {"version": "1", "suite": "sha256:0"}, "sandbox": "unprotected",
        "seconds": 1, "lessons": [described], "submissions": [one],
    }  # fmt: skip
    out = tmp_path / "out"
    out.mkdir()
    (out / "results.json").write_text(json.dumps(document))
    late = write(tmp_path, waivers="id,extra_days\nnobody,1\n")
    (tmp_path / "times.csv").write_text("id,submitted\nann,2026-11-24T12:00:00\n")
    words = ["report", str(out), "--late", str(late), "--submitted", str(tmp_path / "times.csv")]
    assert main([*words, "--plain"]) == 0
    assert "nobody here is called 'nobody'" in capsys.readouterr().out
    back = json.loads((out / "results.json").read_text())["submissions"][0]
    assert (back["late"]["days"], back["late"]["percent"], back["mark"]) == (2, 20, 8)
    assert main(["report", str(out), "--submitted", str(late)]) == 2
    assert "give the rules too" in capsys.readouterr().err
