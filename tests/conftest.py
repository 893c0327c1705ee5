"""Options of the kit's own tests."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what the Makefile's slower targets ask for."""
    parser.addoption(
        "--whole-catalogue", action="store_true", help="run every task on every wrong program"
    )


@pytest.fixture
def whole_catalogue(request: pytest.FixtureRequest) -> bool:
    """Whether every wrong program is to be graded as a whole."""
    return bool(request.config.getoption("--whole-catalogue"))
