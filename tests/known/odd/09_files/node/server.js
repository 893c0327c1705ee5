// The room of lesson 09 in JavaScript: one thread, events, and nothing of the kit.
"use strict";
const net = require("net");

const MAX_LINE = 65536;
const MAX_CHUNK = 65536;
const LF = 10;
const CR = 13;
const QUESTION = "* what is your name?";
const NO_NAME = "* a name is 1 to 20 letters, digits, - or _";
const TAKEN = "* that name is taken";
const settings = { host: "127.0.0.1", port: 5555, buffer: 4096 };
const room = new Map(); // name in lower case -> socket
const waitingFor = new Set(); // members who have not taken yet what was said
const everyone = new Set();
let thrownAway = 0;

function usage() {
  console.error("usage: server.py [--host HOST] [--port PORT] [--buffer N]");
  process.exit(2);
}

function readOptions(words) {
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].slice(2);
    const value = words[i + 1];
    if (!words[i].startsWith("--") || !(name in settings) || value === undefined) usage();
    if (name === "host") settings.host = value;
    else if (/^[0-9]+$/.test(value)) settings[name] = Number(value);
    else usage();
  }
  if (settings.port > 65535 || settings.buffer < 1 || settings.buffer > 65536) usage();
}

// -- the room -----------------------------------------------------------------------------

function tell(socket, ...lines) {
  if (socket.destroyed || socket.writableEnded) return;
  const data = Buffer.from(lines.map((line) => line + "\n").join(""), "utf8");
  if (!socket.write(data) && socket.state.name !== null) waitingFor.add(socket);
}

function tellAll(line, but) {
  for (const member of room.values()) if (member !== but) tell(member, line);
}

function isName(text) {
  return /^[A-Za-z0-9_-]{1,20}$/.test(text);
}

function owner(name) {
  return isName(name) ? room.get(name.toLowerCase()) : undefined;
}

function leave(socket) {
  const name = socket.state.name;
  waitingFor.delete(socket);
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

function putAll(file, data) {
  for (const member of file.receivers) {
    if (member.destroyed || member.writableEnded) continue;
    if (!member.write(data)) waitingFor.add(member);
  }
}

function isOff(socket, id, reason) {
  tell(socket, `* transfer ${id} cancelled: ${reason}`);
}

function close(socket, id, line) {
  const file = socket.state.files.get(id);
  socket.state.files.delete(id);
  labels.delete(file.label);
  putAll(file, line.replace("LABEL", file.label) + "\n");
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
  putAll(file, `/file ${label} ${size} ${name}\n`);
}

function chunk(socket, id, digits) {
  const size = Number(digits);
  if (!(size >= 1 && size <= MAX_CHUNK) || socket.state.rest !== "") {
    return throwOut(socket, "* bad frame");
  }
  socket.state.chunk = { id, digits, size };
}

function passOn(socket, { id, digits, size }, data) {
  throwAway(data);
  const file = socket.state.files.get(id);
  if (!file) return isOff(socket, id, "this is not open");
  if (size > file.left) return stop(socket, id, "too much");
  file.left -= size;
  putAll(file, Buffer.concat([Buffer.from(`/data ${file.label} ${digits}\n`), data]));
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

function serveLine(socket, line) {
  if (socket.state.name === null) greet(socket, line);
  else if (/^\/(?!\/)/.test(line)) obey(socket, line);
  else if (line) tellAll(`${socket.state.name}: ${line.replace(/^\//, "")}`, socket);
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
  // Take lines, then bytes, then the end, as long as everybody keeps up.
  const state = socket.state;
  while (!state.out && waitingFor.size === 0 && !socket.writableNeedDrain) {
    if (takeLine(socket)) continue;
    if (state.out) return;
    const size = Math.min(settings.buffer, socket.readableLength);
    const chunk = size > 0 ? socket.read(size) : null;
    if (chunk === null) {
      if (socket.readableEnded || state.ended) {
        leave(socket);
        socket.end();
      } else {
        socket.read(0);
      }
      return;
    }
    state.data = state.data.length ? Buffer.concat([state.data, chunk]) : chunk;
    if (state.chunk) throwAway(chunk);
  }
}

function goesOn(socket) {
  // Nobody speaks while somebody in the room has not taken what was said.
  waitingFor.delete(socket);
  if (waitingFor.size === 0) for (const other of [...everyone]) pump(other);
}

function throwAway(data) {
  // Memory that nobody holds any more is given back only when somebody asks for it.
  thrownAway += data.length;
  if (thrownAway > 1048576) {
    thrownAway = 0;
    globalThis.gc();
  }
}

function throwOut(socket, notice) {
  const state = socket.state;
  leave(socket);
  state.out = true;
  state.data = Buffer.alloc(0);
  socket.removeAllListeners("readable");
  socket.on("data", throwAway);
  socket.end(`${notice}\n`);
  const last = setTimeout(() => socket.destroy(), 30000);
  socket.once("finish", () => {
    clearTimeout(last);
    const linger = setTimeout(() => socket.destroy(), 1000);
    socket.once("close", () => clearTimeout(linger));
  });
  socket.once("close", () => clearTimeout(last));
  socket.once("end", () => socket.destroySoon());
  setImmediate(goesOn, socket); // those who waited for this one wait no more
}

function visit(socket) {
  const state = { data: Buffer.alloc(0), out: false, ended: false, name: null };
  state.files = new Map(); // ID -> file
  state.chunk = null; // the one that comes now
  socket.state = state;
  everyone.add(socket);
  socket.setNoDelay(true);
  socket.on("error", () => {}); // "close" follows
  socket.on("close", () => {
    everyone.delete(socket);
    leave(socket);
    goesOn(socket);
  });
  socket.on("drain", () => goesOn(socket));
  socket.on("readable", () => pump(socket));
  socket.on("end", () => {
    state.ended = true;
    pump(socket);
  });
  tell(socket, QUESTION);
}

readOptions(process.argv.slice(2));
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => process.exit(0));
const server = net.createServer({ allowHalfOpen: true, highWaterMark: 65536 }, visit);
server.on("error", (error) => {
  console.error(`cannot listen on ${settings.host}:${settings.port}: ${error.message}`);
  process.exit(1);
});
server.listen({ host: settings.host, port: settings.port, backlog: 1024 }, () => {
  const { address, port } = server.address();
  console.log(`listening on ${address}:${port}`);
});
