// The room of lesson 10 in JavaScript: one thread, events, and nothing of the kit.
"use strict";
const { fork } = require("child_process");
const fs = require("fs");
const net = require("net");

const MAX_LINE = 65536;
const MAX_CHUNK = 65536;
const FEW = 5 * MAX_CHUNK; // bytes of files that may wait for one client
const PIECE = 16384; // bytes that the kernel is offered at a time
const LF = 10;
const CR = 13;
const QUESTION = "* what is your name?";
const NO_NAME = "* a name is 1 to 20 letters, digits, - or _";
const TAKEN = "* that name is taken";
const settings = {
  host: "127.0.0.1",
  port: 5555,
  buffer: 4096,
  outbox: 8 * 1024 * 1024,
  "file-timeout": 10,
  "name-timeout": 30,
  "max-clients": 1000,
  echo: false,
};
const room = new Map(); // name in lower case -> socket
const everyone = new Set();
const held = new Set(); // who waits until somebody has taken more of a file
let closing = false;
let thrownAway = 0;

function usage() {
  const numbers = "[--port N] [--buffer N] [--outbox N] [--max-clients N]";
  const times = "[--file-timeout S] [--name-timeout S]";
  console.error(`usage: server.py [--echo] [--host HOST] ${numbers} ${times}`);
  process.exit(2);
}

function readOptions(words) {
  while (words.length) {
    const [, name] = /^--(.+)$/.exec(words.shift()) || [];
    if (!(name in settings)) usage();
    const value = name === "echo" ? "" : words.shift();
    const form = name.endsWith("timeout") ? /^[0-9]*\.?[0-9]+$/ : /^[0-9]+$/;
    if (name === "echo") settings.echo = true;
    else if (name === "host" && value !== undefined) settings.host = value;
    else if (form.test(value)) settings[name] = Number(value);
    else usage();
  }
  if (settings.port > 65535 || settings.buffer < 1 || settings.buffer > 65536) usage();
}

// -- what goes out: state.queue holds { data, kind }, kind is lines or files -----------------------

function put(socket, data, kind) {
  const state = socket.state;
  if (socket.destroyed || state.ending || data.length === 0) return;
  if (kind === "files" && state.waiting.files === 0) state.since = Date.now();
  state.queue.push({ data, kind });
  state.waiting[kind] += data.length;
  send(socket);
  if (state.waiting.lines > settings.outbox) setImmediate(dropIfLate, socket); // the kernel first
}

function dropIfLate(socket) {
  if (socket.state.waiting.lines > settings.outbox) drop(socket);
}

function send(socket) {
  const state = socket.state;
  if (state.sending || socket.destroyed) return;
  if (state.queue.length === 0) {
    if (state.ending) socket.end();
    return;
  }
  const sent = { lines: 0, files: 0 };
  const pieces = [];
  while (state.queue.length && sent.lines + sent.files < PIECE) {
    const first = state.queue[0];
    const piece = first.data.subarray(0, PIECE - sent.lines - sent.files);
    first.data = first.data.subarray(piece.length);
    if (first.data.length === 0) state.queue.shift();
    sent[first.kind] += piece.length;
    pieces.push(piece);
  }
  state.sending = true;
  socket.write(Buffer.concat(pieces), (error) => {
    state.sending = false;
    if (error) return;
    state.since = Date.now();
    state.waiting.lines -= sent.lines;
    state.waiting.files -= sent.files;
    throwAway({ length: sent.lines + sent.files });
    send(socket);
    for (const other of [...held]) pump(other);
  });
}

function drop(socket) {
  leave(socket);
  socket.state.queue = [];
  socket.resetAndDestroy();
}

function dropWhoTakesNothing() {
  const before = Date.now() - settings["file-timeout"] * 1000;
  for (const socket of [...everyone]) {
    if (socket.state.waiting.files > 0 && socket.state.since < before) drop(socket);
  }
}

// -- the room -----------------------------------------------------------------------------

function tell(socket, ...lines) {
  put(socket, Buffer.from(lines.map((line) => line + "\n").join(""), "utf8"), "lines");
}

function tellAll(line, but) {
  const data = Buffer.from(line + "\n", "utf8");
  for (const member of [...room.values()]) if (member !== but) put(member, data, "lines");
}

function isName(text) {
  return /^[A-Za-z0-9_-]{1,20}$/.test(text);
}

function owner(name) {
  return isName(name) ? room.get(name.toLowerCase()) : undefined;
}

function leave(socket) {
  const name = socket.state.name;
  if (name === null || room.get(name.toLowerCase()) !== socket) return;
  room.delete(name.toLowerCase());
  for (const file of labels.values()) file.receivers.delete(socket);
  for (const id of [...socket.state.files.keys()]) close(socket, id, "/cancel LABEL");
  tellAll(`* ${name} left`);
}

function greet(socket, name) {
  if (!isName(name)) return tell(socket, NO_NAME, QUESTION);
  if (owner(name)) return tell(socket, TAKEN, QUESTION);
  socket.state.name = name;
  tell(socket, `* welcome, ${name}`);
  tellAll(`* ${name} joined`);
  room.set(name.toLowerCase(), socket);
  clearTimeout(socket.state.timer);
}

// -- the commands: each gets its words, and returns false when they do not fit ------------------

const NOTHING = /^$/;
const commands = new Map([
  ["/who", { form: "/who", words: NOTHING, run: who }],
  ["/msg", { form: "/msg NAME TEXT", words: /^ ([^ ]+) ([^]+)$/, run: whisper }],
  ["/nick", { form: "/nick NEW", words: /^ ([^]+)$/, run: rename }],
  ["/file", { form: "/file ID SIZE NAME", words: /^ ([0-9]{1,9}) ([0-9]{1,15}) ([^]+)$/, run: announce }],
  ["/data", { form: "/data ID N", words: /^(?: ([0-9]{1,9}) ([0-9]{1,9}))?/, run: chunk }],
  ["/end", { form: "/end ID SHA256", words: /^ ([0-9]{1,9}) ([^]+)$/, run: finish }],
  ["/cancel", { form: "/cancel ID", words: /^ ([0-9]{1,9})$/, run: cancel }],
  ["/help", { form: "/help", words: NOTHING, run: help }],
  ["/quit", { form: "/quit", words: NOTHING, run: (socket) => throwOut(socket, "* goodbye") }],
]);

function who(socket) {
  const names = [...room.keys()].sort().map((key) => room.get(key).state.name);
  tell(socket, `* here: ${names.join(", ")}`);
}

function whisper(socket, name, text) {
  const receiver = owner(name);
  if (!receiver) return tell(socket, `* no one here is called ${name}`);
  tell(receiver, `${socket.state.name} (private): ${text}`);
  tell(socket, `* told ${receiver.state.name}`);
}

function rename(socket, name) {
  const old = socket.state.name;
  if (!isName(name)) return tell(socket, NO_NAME);
  if (owner(name) && owner(name) !== socket) return tell(socket, TAKEN);
  room.delete(old.toLowerCase());
  socket.state.name = name;
  room.set(name.toLowerCase(), socket);
  tellAll(`* ${old} is now ${name}`);
}

// -- files: each is { label, size, name, left, receivers }, in its sender's state and in `labels` ---

const labels = new Map();

function isHarmless(name) {
  return !/^\.|[\/\\\p{Cc}]|^ *$/u.test(name) && Buffer.byteLength(name) <= 200;
}

function putAll(file, data, kind) {
  const bytes = Buffer.from(data);
  for (const member of [...file.receivers]) put(member, bytes, kind);
}

function isCrowded(file) {
  return [...file.receivers].some((member) => member.state.waiting.files > FEW);
}

function isOff(socket, id, reason) {
  tell(socket, `* transfer ${id} cancelled: ${reason}`);
}

function close(socket, id, line) {
  const file = socket.state.files.get(id);
  socket.state.files.delete(id);
  labels.delete(file.label);
  putAll(file, line.replace("LABEL", file.label) + "\n", "lines");
}

function stop(socket, id, reason) {
  if (socket.state.files.has(id)) close(socket, id, "/cancel LABEL");
  isOff(socket, id, reason);
}

function announce(socket, id, size, name) {
  const label = `${socket.state.name}/${id}`;
  if (socket.state.files.has(id)) return stop(socket, id, "announced twice");
  if (labels.has(label)) return isOff(socket, id, "this label is in use");
  if (!isHarmless(name)) return isOff(socket, id, "not with this name");
  const receivers = new Set([...room.values()].filter((member) => member !== socket));
  const file = { label, size, name, left: Number(size), receivers };
  labels.set(label, file);
  socket.state.files.set(id, file);
  putAll(file, `/file ${label} ${size} ${name}\n`, "lines");
}

function chunk(socket, id, digits) {
  const size = Number(digits);
  if (!(size >= 1 && size <= MAX_CHUNK) || socket.state.rest !== "") {
    return throwOut(socket, "* bad frame");
  }
  socket.state.chunk = { id, digits, size };
}

function passOn(socket, { id, digits, size }, data) {
  const file = socket.state.files.get(id);
  if (!file) return isOff(socket, id, "this is not open");
  if (size > file.left) return stop(socket, id, "too much");
  file.left -= size;
  putAll(file, Buffer.concat([Buffer.from(`/data ${file.label} ${digits}\n`), data]), "files");
}

function finish(socket, id, digest) {
  const file = socket.state.files.get(id);
  if (!file || file.left > 0 || !/^[0-9a-f]{64}$/.test(digest)) return stop(socket, id, "not whole");
  close(socket, id, `/end LABEL ${digest}`);
  const names = [...file.receivers].map((member) => member.state.name);
  names.sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  tell(socket, `* sent ${file.name} (${file.size} bytes) to ${names.join(", ") || "nobody"}`);
}

function cancel(socket, id) {
  stop(socket, id, "stopped");
}

function help(socket) {
  tell(socket, ...[...commands.values()].map((command) => `* ${command.form}`));
}

function obey(socket, line) {
  const word = /^[^ ]*/.exec(line)[0];
  const command = commands.get(word);
  if (!command) {
    const shown = Array.from(word.slice(1)).slice(0, 20).join("");
    return tell(socket, `* unknown command /${shown}, try /help`);
  }
  const words = command.words.exec(line.slice(word.length));
  if (words) socket.state.rest = line.slice(word.length + words[0].length);
  if (words) command.run(socket, ...words.slice(1));
  else tell(socket, `* usage: ${command.form}`);
}

function say(socket, text) {
  tellAll(`${socket.state.name}: ${text}`, settings.echo ? null : socket);
}

function serveLine(socket, line) {
  if (socket.state.name === null) greet(socket, line);
  else if (/^\/(?!\/)/.test(line)) obey(socket, line);
  else if (line) say(socket, line.replace(/^\//, ""));
}

// -- bytes ----------------------------------------------------------------------------------

function without(line) {
  return line.length && line[line.length - 1] === CR ? line.subarray(0, line.length - 1) : line;
}

function takeLine(socket) {
  // Serve one line of what has come; return whether there was one.
  const state = socket.state;
  if (state.chunk) {
    if (state.data.length < state.chunk.size) return false;
    const whole = state.chunk;
    const file = state.files.get(whole.id);
    if (file && isCrowded(file)) {
      held.add(socket);
      return false;
    }
    const data = state.data.subarray(0, whole.size);
    state.data = state.data.subarray(whole.size);
    state.chunk = null;
    passOn(socket, whole, data);
    return true;
  }
  const end = state.data.indexOf(LF);
  const line = without(end < 0 ? state.data : state.data.subarray(0, end));
  if (line.length > MAX_LINE) {
    throwOut(socket, "* line too long");
    return false;
  }
  if (end < 0) return false;
  state.data = state.data.subarray(end + 1);
  serveLine(socket, line.toString("utf8"));
  return true;
}

function pump(socket) {
  // Take lines, then bytes, then the end.
  const state = socket.state;
  held.delete(socket);
  while (!state.out && !socket.destroyed) {
    if (takeLine(socket)) continue;
    if (state.out || held.has(socket)) return;
    const size = Math.min(settings.buffer, socket.readableLength);
    const chunk = size > 0 ? socket.read(size) : null;
    if (chunk === null) {
      if (socket.readableEnded || state.ended) {
        leave(socket);
        endWhenAllIsSent(socket);
      } else {
        socket.read(0);
      }
      return;
    }
    state.data = state.data.length ? Buffer.concat([state.data, chunk]) : chunk;
    throwAway(chunk);
  }
}

function throwAway(data) {
  // Memory that nobody holds any more is given back only when somebody asks for it.
  thrownAway += data.length;
  if (thrownAway > 1048576) {
    thrownAway = 0;
    globalThis.gc();
  }
}

function endWhenAllIsSent(socket) {
  const state = socket.state;
  clearTimeout(state.timer);
  held.delete(socket);
  state.out = true;
  state.data = Buffer.alloc(0);
  state.ending = true;
  state.timer = setTimeout(() => socket.destroy(), 30000);
  send(socket);
}

function throwOut(socket, ...notice) {
  leave(socket);
  tell(socket, ...notice);
  socket.removeAllListeners("readable");
  socket.on("data", throwAway);
  socket.once("finish", () => {
    clearTimeout(socket.state.timer);
    socket.state.timer = setTimeout(() => socket.destroy(), 1000);
  });
  socket.once("end", () => socket.destroySoon());
  endWhenAllIsSent(socket);
}

// -- who comes, and who goes ----------------------------------------------------------------

function visit(socket) {
  const waiting = { lines: 0, files: 0 };
  const state = { data: Buffer.alloc(0), out: false, ended: false, name: null };
  Object.assign(state, { queue: [], waiting, since: 0, sending: false, ending: false });
  state.files = new Map(); // ID -> file
  state.chunk = null; // the one that comes now
  socket.state = state;
  state.turnedAway = isFull();
  everyone.add(socket);
  if (everyone.size >= most) rest();
  socket.setNoDelay(true);
  socket.on("error", () => {}); // "close" follows
  socket.on("close", () => bury(socket));
  if (state.turnedAway) setTimeout(begin, 50, socket); // some may have gone, and not be seen yet
  else begin(socket);
}

function isFull() {
  let served = 0;
  for (const socket of everyone) served += !socket.state.turnedAway;
  return served >= settings["max-clients"];
}

function begin(socket) {
  const state = socket.state;
  if (closing || socket.destroyed) return;
  if (state.turnedAway && isFull()) {
    throwOut(socket, "* the room is full");
    return;
  }
  state.turnedAway = false;
  const patience = Math.min(settings["name-timeout"] * 1000, 2 ** 31 - 1);
  state.timer = setTimeout(throwOut, patience, socket);
  socket.on("readable", () => pump(socket));
  socket.on("end", () => {
    state.ended = true;
    pump(socket);
  });
  tell(socket, QUESTION);
}

function bury(socket) {
  clearTimeout(socket.state.timer);
  everyone.delete(socket);
  held.delete(socket);
  leave(socket);
  for (const other of [...held]) pump(other);
  if (resting && everyone.size < most && !closing) goOn();
  if (closing && everyone.size === 0) process.exit(0);
}

function closeAll() {
  if (closing) return;
  closing = true;
  if (!resting) server.close();
  room.clear(); // so that nobody is said to leave
  for (const socket of [...everyone]) {
    tell(socket, "* the server is closing");
    socket.removeAllListeners("readable");
    socket.on("data", throwAway);
    socket.once("finish", () => socket.destroy());
    endWhenAllIsSent(socket);
  }
  if (everyone.size === 0) process.exit(0);
  setTimeout(() => process.exit(0), 1000);
}

// -- the limit of descriptors: who finds none left would have to hang up on those who wait -----------

let most = Infinity; // connections
let keeper = null; // a process that holds the listening socket while this one has closed it
let resting = false;

function seeToTheLimit() {
  const [, limit] = /Max open files +([0-9]+)/.exec(fs.readFileSync("/proc/self/limits", "utf8"));
  most = limit - fs.readdirSync("/proc/self/fd").length - 5;
  if (most > 2 * settings["max-clients"]) return;
  keeper = fork("keeper.js", { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  keeper.send("hold", server._handle);
  keeper.on("message", (word, handle) => server.listen(handle, 1024));
}

function rest() {
  if (resting || !keeper) return;
  resting = true;
  server.close();
}

function goOn() {
  resting = false;
  keeper.send("give back");
}

readOptions(process.argv.slice(2));
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, closeAll);
setInterval(dropWhoTakesNothing, 50).unref();
const server = net.createServer({ allowHalfOpen: true, highWaterMark: 65536 }, visit);
server.on("error", (error) => {
  console.error(`cannot listen on ${settings.host}:${settings.port}: ${error.message}`);
  process.exit(1);
});
server.listen({ host: settings.host, port: settings.port, backlog: 1024 });
server.once("listening", () => {
  const { address, port } = server.address();
  seeToTheLimit();
  console.log(`listening on ${address}:${port}`);
});
