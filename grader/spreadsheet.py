"""What a spreadsheet must be told, and what it must not take for a formula."""

BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes a CSV for the encoding of its system
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def cell(text: str) -> str:
    """Return the text as a cell that is shown and never computed."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text
