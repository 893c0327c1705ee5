"""How the harness itself reads a stream: lines as the contract defines them, bytes as they are."""

from collections.abc import Iterable

REPLACED = "\ufffd"


def take_line(buffer: bytearray) -> bytes | None:
    """Take the first line, without its LF, out of the buffer; None if no line is whole."""
    end = buffer.find(b"\n")
    if end < 0:
        return None
    line = bytes(buffer[:end])
    del buffer[: end + 1]
    return line


def same_text(line: bytes, expected: str, *, cr_may_follow: bool = True) -> bool:
    """Whether a line's bytes, without the LF, say `expected`.

    A line may end with LF or CR LF, so there may be one CR more (where cr_may_follow). How
    many U+FFFD stand for a run of bad bytes is free, so runs count as one.
    """
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return False
    if REPLACED in expected:
        text, expected = _runs(text), _runs(expected)
    return text == expected or (cr_may_follow and text == expected + "\r")


def _runs(text: str) -> str:
    while REPLACED * 2 in text:
        text = text.replace(REPLACED * 2, REPLACED)
    return text


def shown(data: bytes, most: int = 60) -> str:
    """Return bytes for the eye: their repr, pure ASCII, cut in the middle when long."""
    if len(data) <= most:
        return repr(data)
    half = most // 2
    return f"{data[:half]!r} ... {data[-half:]!r} ({len(data)} bytes)"


def shown_text(text: str, most: int = 60) -> str:
    """Return text for the eye: its repr, cut in the middle when long."""
    if len(text) <= most:
        return repr(text)
    half = most // 2
    return f"{text[:half]!r} ... {text[-half:]!r} ({len(text)} characters)"


def line_shown(text: str) -> str:
    """Return an expected line for the eye: its bytes, as those that came are shown."""
    return shown(text.encode()).removeprefix("b").replace(" ... b", " ... ")


def either_shown(lines: Iterable[str]) -> str:
    """Return several lines for the eye, of which one is expected."""
    return " or ".join(map(line_shown, lines))


def difference(expected: bytes, got: bytes) -> str:
    """Say in words where two byte strings begin to differ; empty when that is plain to see."""
    if max(len(expected), len(got)) <= 60:
        return ""
    same = next((i for i, (a, b) in enumerate(zip(expected, got)) if a != b), None)
    if same is None:
        same = min(len(expected), len(got))
        if len(got) < len(expected):
            return f"the same up to byte {same}, then it ends ({len(expected)} expected)"
        return f"the same up to byte {same}, then {len(got) - same} bytes too many"
    return f"the same up to byte {same}" if same else ""
