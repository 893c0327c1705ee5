"""What keeps one cell of the table from being measured, in one line."""


class Unmeasured(Exception):
    """A server or the generator did not do its part; the message says which and what."""
