"use strict";
const book = document.querySelector("#gradebook"), heat = document.querySelector("#heat");
const lines = [...book.tBodies[0].rows];
const rows = lines.map((line, place) => ({ line, heat: heat.tBodies[0].rows[place] }));
const order = new Intl.Collator("en", { numeric: true }).compare;

// "-" (not handed in) and "?" (not graded) come before every number.
function number(text) {
  return text === "-" ? -1 : text === "?" ? -2 : Number(text);
}

function sortBy(head) {
  const column = head.cellIndex, down = head.getAttribute("aria-sort") === "ascending";
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  for (const row of rows) row.key = row.line.cells[column].textContent.trim();
  const words = head.classList.contains("words");
  rows.sort((a, b) => (words ? order(a.key, b.key) : number(a.key) - number(b.key)));
  if (down) rows.reverse();
  book.tBodies[0].append(...rows.map((row) => row.line));
  heat.tBodies[0].append(...rows.map((row) => row.heat));
}

for (const button of book.tHead.querySelectorAll("button")) {
  button.addEventListener("click", () => sortBy(button.parentElement));
}

const find = document.querySelector("#find"), boxes = [...document.querySelectorAll(".tools [name=only]")];

function filter() {
  const asked = find.value.trim().toLowerCase(), only = boxes.filter((box) => box.checked);
  let shown = 0;
  for (const row of rows) {
    const flags = (row.line.dataset.is || "").split(" ");
    const fits = row.line.dataset.find.includes(asked) && only.every((box) => flags.includes(box.value));
    row.line.hidden = row.heat.hidden = !fits;
    shown += fits;
  }
  document.querySelector("#shown").textContent = `${shown} of ${rows.length} shown`;
}

find.addEventListener("input", filter);
for (const box of boxes) box.addEventListener("change", filter);
filter(); // a browser may have kept what was typed before

// A cell of the heat map gets its link and its words when it is pointed at or reached.
const tasks = heat.tHead.rows[1].cells, meanings = JSON.parse(heat.dataset.means);

function linked(cell) {
  if (cell.firstElementChild) return cell.firstElementChild;
  const task = tasks[cell.cellIndex], name = cell.parentElement.cells[0].querySelector("a");
  const link = document.createElement("a"), letter = cell.textContent.trim();
  const away = cell.matches(".m, .u");
  link.href = `${name.getAttribute("href")}#${away ? task.dataset.lesson : "t" + task.dataset.id}`;
  link.title = `${name.textContent.trim()}, ${task.title}: ${meanings[letter]}`;
  link.tabIndex = -1;
  link.textContent = letter;
  link.setAttribute("aria-label", link.title);
  cell.replaceChildren(link);
  return link;
}

let here = null; // the one cell that the Tab key reaches; arrows go on from there

function reach(cell) {
  if (here) here.tabIndex = -1;
  here = linked(cell);
  here.tabIndex = 0;
}

heat.tBodies[0].addEventListener("pointerover", (event) => {
  const cell = event.target.closest("td");
  if (cell) linked(cell);
});
heat.tBodies[0].addEventListener("click", (event) => {
  if (event.target.localName === "td") linked(event.target).click();
});
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
heat.addEventListener("keydown", (event) => {
  const step = STEPS[event.key], from = event.target.closest("td");
  if (!step || !from) return;
  const shown = rows.filter((row) => !row.heat.hidden).map((row) => row.heat);
  const line = shown[shown.indexOf(from.parentElement) + step[0]];
  const cell = line && line.cells[from.cellIndex + step[1]];
  event.preventDefault();
  if (!cell || cell.localName !== "td") return;
  reach(cell);
  here.focus();
});
const first = heat.tBodies[0].querySelector("td");
if (first) reach(first);
