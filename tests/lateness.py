"""A deadline, Sunday 23:59 in Berlin, and what it takes off, for the tests of late rules."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from grader.classrun.late import Rules, late_for, moment

BERLIN = ZoneInfo("Europe/Berlin")


def at(text, zone=BERLIN):
    """Return the moment when clocks in the zone show this."""
    return moment(datetime.fromisoformat(text), zone)


def rules(**more):
    """Return rules: Sunday 23:59 in Berlin, 10 % a day."""
    return replace(Rules(at("2026-11-22T23:59:00"), BERLIN, 10), **more)


def percent(when, given_rules, names=("ann",)):
    """Return what is taken off."""
    return late_for(names, when, given_rules).get("percent", 0)
