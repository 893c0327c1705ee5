"""The first evening: the lines that lesson 01 gives away earn its first task, and no other."""

import re
import shutil

from grader.box.levels import best_level
from grader.course.catalogue import LESSONS, find_lesson
from grader.judging.run import Job, run_lesson
from grader.results import PASSED
from grader.wire.patience import measured_slowness

GIVEN = re.compile(
    r"`(?:lessons/01_echo/)?(\w+\.py)`[^\n]*`(\w+)`[^`]*\n\n```python\n(    .*?)^```",
    re.DOTALL | re.MULTILINE,
)


def test_the_lines_of_the_text_earn_the_first_task(tmp_path):
    lesson = find_lesson("1")
    folder = tmp_path / lesson.id
    shutil.copytree(LESSONS / lesson.id, folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = (LESSONS / lesson.id / "README.md").read_text(encoding="utf-8")
    given = GIVEN.findall(text)
    assert [name for _, name, _ in given] == ["open_listener", "serve"]
    for file, name, lines in given:
        source = (folder / file).read_text(encoding="utf-8")
        hole = re.compile(rf"(def {name}\(.*?)^    raise NotImplementedError[^\n]*\n", re.S | re.M)
        source, found = hole.subn(lambda hole, lines=lines: hole[1] + lines, source)
        assert found == 1
        (folder / file).write_text(source, encoding="utf-8")
    job = Job(lesson, tmp_path, slowness=measured_slowness(), box=best_level())
    result = run_lesson(job)
    earned = {task.id for task in result.tasks if task.state == PASSED}
    assert "1.1" in earned and "1.2" not in earned, earned
