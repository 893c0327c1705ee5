"""What spreadsheets must not take for a formula."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def cell(text: str) -> str:
    """Return the text as a cell that is shown and never computed."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text
