// The client of lesson 09 in JavaScript: one thread, events, and nothing of the kit.
"use strict";
const crypto = require("crypto");
const fs = require("fs");
const net = require("net");
const path = require("path");

const LIMIT = 4 * 65536;
const CHUNK = 32768;
const LF = 10;
const CR = 13;
const settings = { host: "127.0.0.1", port: 5555, name: null, downloads: "downloads" };
const early = []; // lines for the room, typed before the welcome
const going = new Map(); // ID -> a file that is sent
const coming = new Map(); // SENDER/ID -> a file that comes
let files = 0;
let asked = false;
let named = false;
let welcomed = false;
let typing = true;
let leaving = false;
let goodbye = false;
let blocked = false; // the kernel takes no more for now

function usage() {
  console.error("usage: client.py [--host HOST] [--port PORT] [--name NAME] [--downloads DIR]");
  process.exit(2);
}

function readOptions(words) {
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].slice(2);
    const value = words[i + 1];
    if (!words[i].startsWith("--") || !(name in settings) || value === undefined) usage();
    if (name !== "port") settings[name] = value;
    else if (/^[0-9]+$/.test(value) && Number(value) <= 65535) settings.port = Number(value);
    else usage();
  }
}

function show(words) {
  let data = Buffer.from(words, "utf8");
  while (data.length) {
    try {
      data = data.subarray(fs.writeSync(1, data));
    } catch (error) {
      if (error.code !== "EAGAIN") return; // nobody looks any more
    }
  }
}

class Stream {
  // Gives whole lines to onLine, and after wants(n) n bytes to onBytes.
  constructor(onLine, onBytes) {
    this.onLine = onLine;
    this.onBytes = onBytes;
    this.rest = Buffer.alloc(0);
    this.wanted = 0;
  }

  feed(data) {
    this.rest = this.rest.length ? Buffer.concat([this.rest, data]) : data;
    while (this.takeOne());
  }

  takeOne() {
    if (this.wanted) {
      if (this.rest.length < this.wanted) return false;
      const data = this.rest.subarray(0, this.wanted);
      this.rest = this.rest.subarray(this.wanted);
      this.wanted = 0;
      this.onBytes(data);
      return true;
    }
    const end = this.rest.indexOf(LF);
    if (end < 0) return false;
    const line = this.rest.subarray(0, end);
    this.rest = this.rest.subarray(end + 1);
    this.hand(line);
    return true;
  }

  hand(line) {
    const end = line.length && line[line.length - 1] === CR ? line.length - 1 : line.length;
    this.onLine(line.subarray(0, end).toString("utf8"));
  }
}

// -- files that come ----------------------------------------------------------------------

function isThere(place) {
  try {
    fs.lstatSync(place);
    return true;
  } catch {
    return false;
  }
}

function freePlace(name) {
  for (let n = 0; ; n++) {
    const place = path.join(settings.downloads, n ? `${name} (${n})` : name);
    if (!isThere(place) && !isThere(`${place}.part`)) return place;
  }
}

function announced(label, size, name) {
  lose(label, "announced again");
  try {
    if (/[\/\\\p{Cc}]|^\.*$/u.test(name)) throw new Error("no such name here");
    fs.mkdirSync(settings.downloads, { recursive: true });
    const place = freePlace(name);
    const fd = fs.openSync(`${place}.part`, "wx");
    const sender = label.slice(0, label.lastIndexOf("/"));
    const hash = crypto.createHash("sha256");
    coming.set(label, { sender, size, name, place, fd, hash, left: Number(size) });
  } catch (error) {
    show(`* no place for ${name}: ${error.message}\n`);
  }
}

function keep(label, data) {
  const file = coming.get(label);
  if (!file) return;
  file.left -= data.length;
  if (file.left < 0) return lose(label, "it is too long");
  file.hash.update(data);
  while (data.length) data = data.subarray(fs.writeSync(file.fd, data));
}

function ended(label, digest) {
  const file = coming.get(label);
  if (!file) return;
  if (file.left || file.hash.digest("hex") !== digest) return lose(label, "it is damaged");
  coming.delete(label);
  fs.closeSync(file.fd);
  for (;;) {
    const place = isThere(file.place) ? freePlace(file.name) : file.place;
    try {
      fs.linkSync(`${file.place}.part`, place);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
  }
  fs.unlinkSync(`${file.place}.part`);
  show(`* got ${file.name} (${file.size} bytes) from ${file.sender}\n`);
}

function lose(label, why) {
  const file = coming.get(label);
  if (!file) return;
  coming.delete(label);
  fs.closeSync(file.fd);
  fs.rmSync(`${file.place}.part`, { force: true });
  show(`* nothing came of ${file.name}: ${why}\n`);
}

function end(status) {
  for (const label of [...coming.keys()]) lose(label, "the end");
  process.exit(status);
}

// -- files that go ------------------------------------------------------------------------

function sendFile(socket, typed) {
  let fd;
  try {
    if (!fs.statSync(typed).isFile()) throw new Error("no plain file");
    fd = fs.openSync(typed, "r");
  } catch (error) {
    return show(`* ${typed}: ${error.message}\n`);
  }
  const id = String(++files);
  const name = path.basename(typed);
  const size = fs.fstatSync(fd).size;
  const hash = crypto.createHash("sha256");
  show(`* sending ${name} as ${id}\n`);
  going.set(id, { fd, name, size, hash, left: size, tenths: 0 });
  say(socket, `/file ${id} ${size} ${name}`);
  setImmediate(sendSome, socket);
}

function sendSome(socket) {
  // One chunk of each file, then whatever else there is to do.
  if (blocked) return;
  const chunk = Buffer.alloc(CHUNK);
  for (const [id, file] of [...going]) {
    const size = fs.readSync(file.fd, chunk, 0, Math.min(CHUNK, file.left));
    if (size) {
      const data = chunk.subarray(0, size);
      file.hash.update(data);
      file.left -= size;
      put(socket, Buffer.concat([Buffer.from(`/data ${id} ${size}\n`), data]));
      const tenths = Math.floor((10 * (file.size - file.left)) / file.size);
      if (tenths > file.tenths) show(`* sending ${file.name}: ${tenths * 10} %\n`);
      file.tenths = tenths;
    } else {
      say(socket, file.left ? `/cancel ${id}` : `/end ${id} ${file.hash.digest("hex")}`);
      forget(socket, id);
    }
  }
  thrownAway += CHUNK;
  if (thrownAway > 1048576) thrownAway = globalThis.gc() || 0;
  if (going.size) setImmediate(sendSome, socket);
}

function forget(socket, id) {
  if (!going.has(id)) return;
  fs.closeSync(going.get(id).fd);
  going.delete(id);
  leaveIfAllIsSaid(socket);
}

// -- the conversation ---------------------------------------------------------------------

let thrownAway = 0; // bytes since memory that nobody holds was last given back

function gone() {
  const fine = leaving || goodbye;
  for (const label of [...coming.keys()]) lose(label, "the server has gone");
  if (!fine) show("* disconnected\n");
  process.exit(fine ? 0 : 1);
}

function leaveIfAllIsSaid(socket) {
  if (typing || leaving || settings.name !== null || (named && early.length) || going.size) return;
  leaving = true;
  socket.end(() => setTimeout(() => end(0), 1000));
}

function put(socket, data) {
  if (!socket.write(data)) {
    blocked = true;
    process.stdin.pause();
  }
}

function say(socket, line) {
  put(socket, Buffer.from(line + "\n"));
}

function obey(socket, line) {
  if (/^\/(file|data|end)( |$)/.test(line)) return show("* that is done with /sendfile PATH\n");
  if (/^\/sendfile( |$)/.test(line)) return sendFile(socket, line.slice(10));
  if (line.startsWith("/cancel ")) forget(socket, line.slice(8));
  say(socket, line);
}

function hear(socket, line) {
  const [word, label, ...rest] = line.split(" ");
  if (word === "/file" && rest.length > 1 && /^[0-9]{1,15}$/.test(rest[0])) {
    return announced(label, rest[0], rest.slice(1).join(" "));
  }
  if (word === "/end" && rest.length === 1) return ended(label, rest[0]);
  if (word === "/cancel" && label && !rest.length) return lose(label, "it was cancelled");
  show(line + "\n");
  goodbye = line === "* goodbye";
  const off = /^\* transfer ([0-9]+) cancelled: /.exec(line);
  if (off) forget(socket, off[1]);
  if (welcomed) return;
  if (line.startsWith("* welcome, ")) {
    welcomed = true;
    while (early.length) obey(socket, early.shift());
  } else if (line !== "* what is your name?") {
    return;
  } else if (settings.name !== null) {
    named = true;
    say(socket, settings.name);
    settings.name = null;
  } else {
    show("username: ");
    asked = true;
    named = false;
  }
  leaveIfAllIsSaid(socket);
}

function take(socket, line) {
  if (!typing) return;
  if (line === "quit" || line === "exit") {
    typing = false;
    leaveIfAllIsSaid(socket);
  } else if (welcomed) {
    obey(socket, line);
  } else if (asked) {
    asked = false;
    named = true;
    say(socket, line);
  } else {
    early.push(line);
  }
}

function talk(socket) {
  socket.removeAllListeners("error");
  socket.on("error", gone);
  socket.on("end", gone);
  socket.on("close", gone);
  let label = "";
  const heard = new Stream(
    (line) => {
      const head = /^\/data ([^ ]+) ([0-9]{1,5})$/.exec(line);
      if (!head) return hear(socket, line);
      label = head[1];
      heard.wanted = Number(head[2]);
    },
    (data) => keep(label, data)
  );
  socket.on("data", (data) => {
    heard.feed(data);
    thrownAway += data.length;
    if (thrownAway > 1048576) thrownAway = globalThis.gc() || 0;
    if (!heard.wanted && heard.rest.length > LIMIT + 1) gone();
  });
  const typed = new Stream((line) => take(socket, line));
  socket.on("drain", () => {
    blocked = false;
    process.stdin.resume();
    if (going.size) sendSome(socket);
  });
  process.stdin.on("data", (data) => typed.feed(data));
  process.stdin.on("end", () => {
    if (typed.rest.length) typed.hand(typed.rest);
    typing = false;
    leaveIfAllIsSaid(socket);
  });
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => end(0));
}

readOptions(process.argv.slice(2));
const socket = net.connect({ ...settings, allowHalfOpen: true });
socket.once("connect", () => talk(socket));
socket.once("error", (error) => {
  console.error(`cannot connect to ${settings.host}:${settings.port}: ${error.message}`);
  process.exit(1);
});
