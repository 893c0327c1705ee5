"""What a verb of the harness says when a program does not keep the contract.

The rule: only a WireFailure costs a student points. Any other exception is the grader's.
"""

from enum import StrEnum


class Kind(StrEnum):
    """How a program failed; catalogue entries and reports tell failures apart by it."""

    DIFFERENT = "different"  # other bytes than expected
    SILENCE = "silence"  # nothing came
    HANG_UP = "hang-up"  # the program ended the connection
    NOT_HUNG_UP = "not hung up"  # the connection should have ended and did not
    UNEXPECTED = "unexpected"  # bytes came where an end was expected
    CRASH = "crash"  # the program ended by itself
    TODO = "todo"  # the program reached a hole of the starter
    TRACEBACK = "traceback"  # it answered, and printed a traceback
    NOT_READY = "not ready"  # it never listened where it said, or never said
    STATUS = "status"  # it ended with another status than it should
    STILL_RUNNING = "still running"  # it should have ended and did not
    OUTPUT = "output"  # it printed something else than it should
    RESOURCES = "resources"  # memory, threads, descriptors or the queue
    DELAY = "delay"  # the answer was right, and held back
    SLOW = "slow"  # the time limit of the whole task was reached
    MISSING = "missing"  # there is no such program in the submission


CRASHES = {Kind.CRASH, Kind.TODO}


class WireFailure(AssertionError):
    """The program under test broke the contract.

    who: the party that noticed; expected, got: in words; data: the bytes that came, if any did;
    transcript: what had happened by then, as Transcript.to_json() gives it; scene: the task of an
    earlier lesson that was asked again, if it was one.
    """

    def __init__(self, kind: Kind, who: str, expected: str, got: str, data: bytes = b"") -> None:
        super().__init__(f"{who}: expected {expected}, got {got}")
        self.kind = kind
        self.who = who
        self.expected = expected
        self.got = got
        self.data = data[:200]
        self.transcript: list[list[object]] = []
        self.scene = ""

    @property
    def message(self) -> str:
        """One line that names the party, what was expected and what came."""
        return str(self.args[0])

    @property
    def state(self) -> str:
        """The task state that this failure means."""
        if self.kind in CRASHES:
            return "crashed"
        return "timeout" if self.kind is Kind.SLOW else "failed"


def status_words(status: int | None) -> str:
    """Say an exit status in words."""
    if status is not None and status < 0:
        return f"stopped by signal {-status}"
    return f"exit status {status}"
