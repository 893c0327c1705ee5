"""Lateness: what it costs, to the second, whatever the clocks do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from grader.classrun.late import Rules, Waiver, late_for
from tests.lateness import at, percent, rules

SECOND = timedelta(seconds=1)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]


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
