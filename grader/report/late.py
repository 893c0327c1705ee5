"""How lateness changed a mark, in one sentence for its author."""

from grader.results import SubmissionResult


def late_words(one: SubmissionResult) -> str:
    """Return the sentence, nothing when lateness plays no part."""
    if not one.late:
        return ""
    words = f"Handed in {one.late['submitted']}" if one.late.get("submitted") else "Handed in late"
    days = one.late.get("days", 0)
    if days:
        words += f", {days} {'day' if days == 1 else 'days'} late"
    if one.late.get("percent"):
        words += f": {one.late['percent']:g} % off, so that {one.points} becomes {one.mark:g}"
    else:
        words += ": nothing is taken off"
    reason = one.late.get("reason", "")
    return f"{words} ({reason})." if reason else f"{words}."
