"""The report pages in a real browser: sorting, filtering, the keyboard, narrow screens."""

import os
import shutil

import pytest

from grader.document import Document
from grader.report.pages import write_reports
from grader.results import FAILED, NOT_RUN, PASSED, SubmissionResult
from tests.made_up import lesson_facts, lesson_result, missing

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason=f"none of {', '.join(BROWSERS)} is here")

LESSONS = [lesson_facts(number, 14) for number in range(1, 11)]
HOSTILE = "<script>document.title='taken'</script>"


def a_submission(name, failures, **more):
    """Return a submission that failed the first tasks of the first lesson."""
    states = [FAILED] * failures + [NOT_RUN] + [PASSED] * (13 - failures)
    first = lesson_result(LESSONS[0], states)
    return SubmissionResult(name, "0" * 64, [first, *map(missing, LESSONS[1:])], **more)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The reports of a small class; `perfect` has everything, the others nearly nothing."""
    out = tmp_path_factory.mktemp("reports")
    perfect = SubmissionResult("perfect", "0" * 64)
    perfect.lessons = [lesson_result(lesson, [PASSED] * 14) for lesson in LESSONS]
    gone = SubmissionResult("gone", "", list(map(missing, LESSONS)))
    gone.notes = ["not graded: the zip holds a link"]
    ann = a_submission("ann", 9, person={"name": "Ann Example", "email": "ann@school.example"})
    others = [a_submission("bob", 10), a_submission("student-10", 2), a_submission("student-9", 3)]
    everybody = [perfect, ann, gone, *others, a_submission(HOSTILE, 1)]
    write_reports(Document("0" * 64, "isolated", 1.0, LESSONS, everybody), out)
    return out


@pytest.fixture(scope="module")
def browser():
    """A browser without a window; as root it has no sandbox of its own."""
    words = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=BROWSER, args=words)
        yield running
        running.close()


@pytest.fixture
def visit(browser, reports):
    """Open a page of the reports; afterwards nothing may have left the files or gone wrong."""
    asked, wrong, opened = [], [], []

    def go(name="index.html", width=1280, scheme="light"):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        opened.append(page)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto((reports / name).as_uri())
        return page

    yield go
    for page in opened:
        assert page.title() != "taken"
        page.close()
    assert asked
    assert [url for url in asked if not url.startswith(reports.as_uri())] == []
    assert wrong == []


def column(page, place, table="gradebook"):
    """Return what stands in a column, from the rows that are shown."""
    cells = page.locator(f"#{table} tbody tr:not([hidden]) > :nth-child({place})")
    return [text.strip() for text in cells.all_text_contents()]


def names(page, table="gradebook"):
    """Return the ids in the rows that are shown."""
    cells = page.locator(f"#{table} tbody tr:not([hidden]) > :first-child bdi:first-child")
    return [text for text in cells.all_text_contents() if text != "Ann Example"]


def heading(page, name):
    """Return the heading of a column in the gradebook."""
    return page.locator("#gradebook th", has=page.get_by_role("button", name=name, exact=True))


def test_a_click_on_a_heading_sorts_up_and_again_down(visit):
    page = visit()
    heading(page, "Total").get_by_role("button").click()
    totals = list(map(int, column(page, 12)))
    assert totals == sorted(totals)
    assert len(set(totals)) > 3
    assert heading(page, "Total").get_attribute("aria-sort") == "ascending"
    heading(page, "Total").get_by_role("button").click()
    assert list(map(int, column(page, 12))) == totals[::-1]
    assert heading(page, "Total").get_attribute("aria-sort") == "descending"
    assert page.locator("th[aria-sort]").count() == 1
    assert names(page) == names(page, "heat"), "the map is sorted as the marks are"


def test_the_keyboard_sorts_by_name_and_numbers_in_names_count(visit):
    page = visit()
    heading(page, "Submission").get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert heading(page, "Submission").get_attribute("aria-sort") == "ascending"
    found = names(page)
    assert found.index("ann") < found.index("bob") < found.index("student-9")
    assert found.index("student-9") < found.index("student-10")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert heading(page, "01").get_attribute("aria-sort") == "ascending"
    assert column(page, 2)[0] == "-", "what was not handed in comes before every number"


def test_the_search_box_finds_ids_names_and_mail_addresses(visit):
    page = visit()
    for words, expected in (("STUDENT", 2), ("example", 1), ("ann@school", 1), ("nobody", 0)):
        page.get_by_label("Name").fill(words)
        assert len(names(page)) == expected, words
        assert page.get_by_role("status").inner_text() == f"{expected} of 7 shown"
        assert names(page) == names(page, "heat")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("needs a person", {"gone"}),
        ("a lesson missing", {"ann", "gone", "bob", "student-10", "student-9", HOSTILE}),
        ("below half", {"ann", "gone", "bob", "student-10", "student-9", HOSTILE}),
    ],
)
def test_a_box_leaves_only_those_it_asks_for(visit, label, expected):
    page = visit()
    page.get_by_label(label).focus()
    page.keyboard.press("Space")
    assert set(names(page)) == expected
    page.keyboard.press("Space")
    assert len(names(page)) == 7


def test_a_name_leads_to_the_students_page(visit):
    page = visit()
    page.locator("#gradebook").get_by_role("link", name="ann", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "ann"
    assert page.locator("svg.seq").count() == 9
    assert page.locator("#t1\\.1").is_visible()


def test_a_hostile_name_is_text_and_its_page_opens(visit):
    page = visit()
    page.locator("#gradebook").get_by_role("link", name=HOSTILE).click()
    assert page.get_by_role("heading", level=1).inner_text() == HOSTILE


def test_a_cell_says_what_it_is_and_leads_to_the_task(visit):
    page = visit()
    cell = page.locator("#heat tbody tr", has_text="bob").locator("td").nth(2)
    cell.hover()
    link = cell.get_by_role("link")
    assert link.get_attribute("title") == "bob, 1.3 what number 3 of them must do: failed"
    link.click()
    assert page.url.endswith("feedback/bob.html#t1.3")
    assert page.locator("article:target h3").inner_text().startswith("FAIL 1.3")


def test_a_cell_of_a_missing_lesson_leads_to_that_lesson(visit):
    page = visit()
    page.locator("#heat tbody tr", has_text="bob").locator("td").nth(14).click()
    assert page.url.endswith("feedback/bob.html#02_lines")
    assert page.locator("h2:target").inner_text().startswith("02 lines")


def test_arrow_keys_go_through_the_map_and_enter_opens(visit):
    page = visit()
    page.locator("#heat td a[tabindex='0']").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.title").startswith("ann, 1.2 ")
    assert page.locator("#heat td a[tabindex='0']").count() == 1, "one stop for the Tab key"
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.title").startswith("perfect, 1.1 ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/perfect.html#t1.1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("name", ["index.html", "feedback/ann.html"])
def test_no_page_is_wider_than_the_screen(visit, name, width, scheme):
    page = visit(name, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    light = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert light is (scheme == "light")


def test_the_first_column_stays_when_the_map_is_scrolled(visit):
    page = visit(width=400)
    page.locator("#heat").evaluate("table => table.parentElement.scrollLeft = 900")
    name = page.locator("#heat tbody th").first.bounding_box()
    assert 0 <= name["x"] < 40


def test_words_can_be_read_in_both_schemes(visit):
    for scheme in ("light", "dark"):
        page = visit(scheme=scheme)
        for selector in READ:
            assert page.evaluate(CONTRAST, selector) >= 4.5, f"{selector} in {scheme}"


READ = ("#heat td.f", "#heat td.w", "#heat td.m", "#heat td:not([class])", ".small", ".lead",
        "#gradebook a", ".legend .c", ".legend .t")  # fmt: skip
CONTRAST = """selector => {
  const light = (words) => {
    const [r, g, b] = words.match(/[0-9.]+/g).map((n) => n / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const element = document.querySelector(selector);
  const ground = (one) => getComputedStyle(one).backgroundColor;
  let behind = element;
  while (ground(behind) === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  const pair = [getComputedStyle(element).color, ground(behind)].map(light);
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""


def test_print_shows_all_rows_and_no_controls(visit):
    page = visit()
    page.emulate_media(media="print")
    assert not page.get_by_label("Name").is_visible()
    assert len(names(page)) == 7
    assert page.locator("#heat").bounding_box()["width"] <= 1280
    headings = page.locator("#gradebook th[data-name]")
    assert (
        headings.first.evaluate("th => getComputedStyle(th, '::before').content") == '"Submission"'
    )
