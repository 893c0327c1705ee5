"""How an instructor grades one lesson of one submission again with the very same inputs."""

import shlex

from grader.results import LessonResult


def replay_command(submission_id: str, lesson: LessonResult) -> str:
    """Return a command that touches no earlier results; CLASS_DIR is where the class lies."""
    name = shlex.quote(submission_id)
    number = lesson.id.partition("_")[0]
    which = f"--only={name} --lesson {number} --seed {lesson.seed}"
    return f"python -m grader grade CLASS_DIR {which} --out out/again"
