"""A class from its first day to its last word: python -m tests.class_round FOLDER

The students' kit is made and handed out, twenty hand in, the class is graded, the marks go back to
Canvas and to Moodle. Then a task turns out to be worth more than another one, and the class is
graded again. Each step is a command that an instructor gives; who hands in what is known.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from grader.course.catalogue import KIT, SOLUTION, find_lesson
from grader.handout.student_kit import FOLDER
from tests.known.catalogue import build, programs

LESSON = find_lesson("2")
RIGHT, STARTER, BROKEN, NOTHING = "right", "starter", "broken", "nothing"
TUTORIAL, ONE_LINE = "the-tutorial", "one-line-for-each-recv"
CLASS = [*[RIGHT] * 8, *[STARTER] * 4, *[TUTORIAL] * 4, *[ONE_LINE] * 2, BROKEN, NOTHING]
FIRST_ID, FIRST_PARTICIPANT = 101, 4701
LESS, MORE = "2.1", "2.3"  # a point goes from one task to the other
CANVAS_HEAD = f"Student,ID,SIS User ID,SIS Login ID,Section,Lesson 02 (48212)\n\
    Points Possible,,,,,{LESSON.points}\n"
MOODLE_HEAD = 'Identifier,"Full name",Username,Status,Grade,"Maximum Grade",\
"Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"\n'


@dataclass(frozen=True)
class Student:
    """Somebody in the class. what: they hand in, see CLASS."""

    number: int
    what: str

    @property
    def login(self) -> str:
        """The name under which they hand in."""
        return f"student{self.number:02}"


STUDENTS = [Student(number, what) for number, what in enumerate(CLASS, 1)]


class Round:
    """All that happens lies in `folder`, which is made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kit = KIT
        self.out = folder / "marks"
        self.submissions = folder / "submissions"
        self.canvas = folder / "canvas.csv"
        self.moodle = folder / "moodle.csv"
        folder.mkdir(parents=True)

    def command(self, *words: str | Path) -> str:
        """Give a command in the kit; return what it said."""
        given = [sys.executable, "-m", "grader", *map(str, words)]
        done = subprocess.run(
            given, cwd=self.kit, capture_output=True, encoding="utf-8", timeout=300, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(given)}: {done.returncode}\n{done.stderr}{done.stdout}")
        return done.stdout

    def hands_out(self) -> None:
        """Make the students' kit of the first two lessons, and unpack it as they do."""
        self.command("bundle", "--lessons", "1-2", "--out", self.folder / "student-kit.zip")
        with zipfile.ZipFile(self.folder / "student-kit.zip") as archive:
            archive.extractall(self.folder)

    def hand_in(self) -> None:
        """Let each student work in their own copy of the lesson, and hand the lessons in."""
        starter = self.folder / FOLDER / "lessons" / LESSON.id
        for student in STUDENTS:
            place = self.submissions / student.login / LESSON.id
            if student.what == NOTHING:
                place.parent.mkdir()
                continue
            shutil.copytree(starter, place)
            for path in self._written(student.what):
                shutil.copyfile(path, place / path.name)
            if student.what == BROKEN:
                (place / "server.py").write_text("def main(:\n", encoding="utf-8")

    def _written(self, what: str) -> list[Path]:
        """Return the files that a student has written."""
        known = {program.name: program for program in programs("wrong", LESSON.id)}
        if what not in (RIGHT, *known):
            return []
        folder = SOLUTION
        if what in known:
            folder = self.folder / "written" / what
            if not folder.is_dir():
                build(known[what], folder)
        return sorted((folder / LESSON.id).glob("*.py"))

    def exports_from_the_platforms(self) -> None:
        """Write what Canvas and Moodle would let an instructor download."""
        rows = [
            f'"Name {s.number}, A",{FIRST_ID + s.number},S{s.number},{s.login},A,\n'
            for s in STUDENTS
        ]
        self.canvas.write_text(CANVAS_HEAD + "".join(rows), encoding="utf-8")
        rows = [
            f'"Participant {FIRST_PARTICIPANT + s.number}","A Name {s.number}",{s.login},'
            f"Submitted,,{LESSON.points}.00,Yes,-,-,\n"
            for s in STUDENTS
        ]
        self.moodle.write_text(MOODLE_HEAD + "".join(rows), encoding="utf-8")

    def grades(self) -> str:
        """Grade, and fill in the marks for Canvas; the same command grades again."""
        words = ["grade", self.submissions, "--lesson", "2", "--out", self.out, "--plain"]
        return self.command(*words, "--roster", self.canvas, "--yes-unsafe")

    def hands_back_to_moodle(self) -> str:
        """Fill in the marks for Moodle; nothing is graded."""
        return self.command("report", self.out, "--roster", self.moodle)

    def changes_the_suite(self) -> None:
        """From now on use a copy of the kit, in which a point has gone to another task."""
        self.kit = self.folder / "kit"
        ignored = shutil.ignore_patterns("__pycache__")
        for name in ("grader", "lessons", "reference_solution"):
            shutil.copytree(KIT / name, self.kit / name, ignore=ignored)
        shutil.copy(KIT / "pyproject.toml", self.kit)
        path = self.kit / "lessons" / LESSON.id / "lesson.toml"
        text = path.read_text(encoding="utf-8")
        for task, more in ((LESS, -1), (MORE, 1)):
            points = LESSON.by_id[task].points
            wanted = rf'(id = "{re.escape(task)}"\ntitle = .*\npoints = ){points}\n'
            text, found = re.subn(wanted, rf"\g<1>{points + more}\n", text)
            assert found == 1, task
        path.write_text(text, encoding="utf-8")

    def changes(self) -> list[tuple[str, ...]]:
        """Return the rows of changes.csv."""
        with (self.out / "changes.csv").open(encoding="utf-8", newline="") as file:
            return [tuple(row) for row in csv.reader(file)][1:]


def main(folder: Path) -> None:
    """Go through it all, and show what an instructor sees."""
    a_class = Round(folder)
    a_class.hands_out()
    a_class.hand_in()
    a_class.exports_from_the_platforms()
    print(a_class.grades())
    print(a_class.hands_back_to_moodle())
    a_class.changes_the_suite()
    print(a_class.grades())
    for row in a_class.changes():
        print(*row, sep="  ")


if __name__ == "__main__":
    if len(sys.argv) != 2 or Path(sys.argv[1]).exists():
        raise SystemExit("usage: python -m tests.class_round NEW_FOLDER")
    main(Path(sys.argv[1]))
