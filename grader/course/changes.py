"""Says what a stage adds to the one before: the list that `diff` prints and each lesson shows."""

from __future__ import annotations

from grader.course.lesson import Lesson

BEGIN, END = "<!-- changes -->", "<!-- /changes -->"


def change_list(lesson: Lesson) -> list[str]:
    """Return a line of Markdown for each file of the stage, the ones you edit first."""
    lines = []
    for name in lesson.edited:
        holes = list(lesson.holes.get(name, {}))
        changed = [part for part in lesson.changes.get(name, ()) if part not in holes]
        words = f"you write {_list(holes)}"
        if changed:
            words += f"; also changed: {_list(changed)}"
        lines.append(f"- `{name}`: {words}")
    new = [name for name in lesson.given if name not in lesson.changes]
    for name in lesson.given:
        if name not in new:
            words = _list(list(lesson.changes[name]))
            lines.append(f"- `{name}`: given, nothing to write; changed: {words}")
    lines += [f"- new, given, nothing to write: {_list(new)}"] if new else []
    for born in sorted(set(lesson.carried.values()), reverse=True):
        same = [name for name, stage in lesson.carried.items() if stage == born]
        lines.append(f"- as in {born}: {_list(same)}")
    return lines


def with_change_list(text: str, lesson: Lesson) -> str:
    """Return a lesson's text with the list between its two marks made again."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        return text
    return f"{before}{BEGIN}\n" + "\n".join(change_list(lesson)) + f"\n{END}{after}"


def _list(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
