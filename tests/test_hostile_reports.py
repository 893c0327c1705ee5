"""Nothing that a student wrote acts anywhere: not in a page, a table, a terminal, a CI log."""

import csv
import html.parser
import io
import re

import pytest
from rich.console import Console

from grader.report.gradebook import gradebook_csv, show_gradebook
from grader.report.names import page_name
from grader.report.pages import write_reports
from grader.report.safe_markdown import code, fenced
from grader.visible import visible, visible_line
from tests.made_up import (
    MIXED,
    ONE,
    TWO,
    a_document,
    a_submission,
    event,
    lesson_result,
    missing,
    pages,
    svg,
)

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


NASTY = [
    SCRIPT,
    "]]></desc></svg>" + SCRIPT,
    "```\n</pre>\n# owned\n@everyone [x](http://evil.example) <b>",
    "\u202egnp.exe\u2066",
    '=HYPERLINK("http://evil.example","x")',
    "nul\x00and\x1b[2J\x1b]0;title\x07",
    "::set-output name=mark::20\n ::error::x\n##[error]y",
    "{{ 7 * 7 }}{% raw %}",
    "\" onmouseover=alert(3) x='",
    "lone \udcff surrogate",
    "x" * 1_000_000,
]


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    """The reports of a class in which every text that can come from a student is an attack."""
    out = tmp_path_factory.mktemp("nasty")
    submissions = []
    for number, text in enumerate(NASTY):
        lesson = lesson_result(ONE, MIXED)
        failed = lesson.failed[0]
        failed.got = failed.expected = failed.message = text
        failed.tail, failed.status, failed.who = [text, "the last line"], text, text[:50]
        data = text.encode("utf-8", "surrogateescape")[:96]
        failed.transcript = [
            event(0.1, "server", "ann", data),
            event(0.2, "ann", "server", b"", text),
            event(0.3, "ann", text[:60], data, "unexpected"),
        ]
        one = a_submission(f"{text[:200]}{number}", lesson, missing(TWO), notes=[text])
        one.notes.append(f"2 processes were left running: {text}")
        one.person = {"name": text, "login": text}
        one.late = {lesson.id: {"submitted": text, "days": 2, "percent": 20, "reason": text}}
        submissions.append(one)
    alike = [{"a": submissions[0].id, "b": one.id, "lesson": "01_echo", "share": 0.95}
             for one in submissions[1:]]  # fmt: skip
    write_reports(a_document(*submissions, alike=alike), out)
    return out


class Page(html.parser.HTMLParser):
    """Collects the elements and the attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes, self.ids, self.addresses = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        self.addresses += [value for name, value in attrs if name in ("href", "src", "action")]


def test_nothing_from_a_student_is_an_element_or_an_attribute(nasty):
    for name, text in pages(nasty).items():
        page = Page(text)
        assert page.elements.count("script") == (name == "index.html"), name
        assert not {"img", "iframe", "object", "base"} & set(page.elements), name
        assert not [one for one in page.attributes if one.startswith("on")], name
        assert len(page.ids) == len(set(page.ids)), name
        assert "49" not in re.findall(r">(\d+)</bdi>", text)


def test_no_character_that_acts_is_left_in_any_file(nasty):
    files = [path for path in nasty.rglob("*") if path.is_file()]
    assert len(files) == 2 + 2 * len(NASTY)
    for path in files:
        text = path.read_bytes().decode("utf-8-sig")
        acting = {c for c in text if not c.isprintable() and c != "\n"} - {"\u2002"}
        assert not acting, f"{path.name}: {acting}"
        if path.suffix != ".csv":
            assert "::set-output" not in text
            assert "##[" not in text


def test_a_line_of_a_megabyte_is_cut_and_says_how_long_it_was(nasty):
    for path in nasty.rglob("*"):
        assert not path.is_file() or path.stat().st_size < 250_000, path.name
    assert "1000000 characters in all" in pages(nasty)[page_name("x" * 200 + "10")]
    assert "the last line" in pages(nasty)[page_name("x" * 200 + "10")]


def test_a_page_asks_for_nothing_outside_itself(nasty):
    own = re.compile(r"#|feedback/[\w.#-]+$|gradebook\.csv$|results\.json$|data:,$")
    for text in pages(nasty).values():
        page = Page(text)
        assert page.addresses
        assert not [one for one in page.addresses if not own.match(one)]
        for style in re.findall(r"(?s)<style>(.*?)</style>", text):
            assert "@import" not in style
            assert "url(" not in style


def test_markdown_leaves_no_text_of_a_student_outside_code(nasty):
    for path in (nasty / "feedback").glob("*.md"):
        outside, fence = [], ""
        for line in path.read_text(encoding="utf-8").splitlines():
            run = re.match("`{3,}", line)
            if run and not fence:
                fence = run[0]
            elif fence and line == fence:
                fence = ""
            elif not fence:
                outside.append(re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", line))
        assert not fence, path.name
        words = "\n".join(outside)
        assert not re.search(r"[<@]|evil|owned|HYPERLINK|alert", words), path.name


def test_markdown_code_has_more_backticks_around_it_than_in_it():
    assert code("a `` b") == "```a `` b```"
    assert code("`a`") == "`` `a` ``"
    assert code("") == "`nothing`"
    assert fenced(["````", "x"]).splitlines() == ["`````text", "````", "x", "`````"]


def test_the_csv_has_no_formula_in_any_cell():
    names = ["=1+1", "+1", "-1", "@x", "\t=1", NASTY[4], "lone \udcff"]
    text = gradebook_csv(a_document(*(a_submission(name, notes=["=x"]) for name in names)))
    text.encode("utf-8")
    for row in list(csv.reader(io.StringIO(text)))[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_text_is_made_visible_and_plain_text_stays_as_it_is():
    assert (
        visible("plain: \u00e4\u4e2d \U0001f600\n1::2 a::")
        == "plain: \u00e4\u4e2d \U0001f600\n1::2 a::"
    )
    assert visible("\x1b[1m\u202e\x00\r") == "\\x1b[1m\\u202e\\x00\\r"
    assert visible("::set-env x\n  ::error::y") == ":\\x3aset-env x\n  :\\x3aerror:\\x3ay"
    assert visible("##[group]x") == "#\\x23[group]x"
    assert visible_line("a\nb") == "a\\nb"
    assert visible("x" * 50, 10) == "x" * 10 + " [.. 50 characters in all]"


def test_the_terminal_is_safe_too(tmp_path):
    screen = Console(file=io.StringIO(), force_terminal=False, width=200)
    document = a_document(*(a_submission(text[:300], notes=[text]) for text in NASTY))
    show_gradebook(screen, document, tmp_path)
    text = screen.file.getvalue()
    assert not {c for c in text if not c.isprintable() and c != "\n"}
    assert not re.search(r"^\s*::|##\[", text, re.MULTILINE)


def test_a_diagram_of_nasty_bytes_is_well_formed_and_has_no_script():
    for text in NASTY:
        data = text.encode("utf-8", "surrogateescape")[:96]
        rows = [event(1, "server", text[:500], data, text), event(2, text[:500], "server", b"")]
        tree = svg(rows)
        kinds = {node.tag for node in tree.iter()}
        assert kinds <= {"svg", "title", "desc", "style", "line", "text", "g", "path"}
