"""Tests of the kit itself: that its suites judge right, and that its parts fit together."""
