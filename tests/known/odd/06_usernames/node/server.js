// The room in JavaScript: one thread, events, and nothing of the kit.
"use strict";
const net = require("net");

const MAX_LINE = 65536;
const LF = 10;
const CR = 13;
const settings = { host: "127.0.0.1", port: 5555, buffer: 4096 };
const QUESTION = "* what is your name?";
const room = new Map(); // names in small letters, and the sockets of their members
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

function say(sender, line) {
  const data = Buffer.from(line + "\n", "utf8");
  for (const member of room.values()) {
    if (member === sender || member.destroyed) continue;
    if (!member.write(data)) waitingFor.add(member);
  }
}

function claim(socket, name) {
  // Enter the room under this name, or hear why not.
  const key = name.toLowerCase();
  if (!/^[A-Za-z0-9_-]{1,20}$/.test(name)) {
    socket.write(`* a name is 1 to 20 letters, digits, - or _\n${QUESTION}\n`);
  } else if (room.has(key)) {
    socket.write(`* that name is taken\n${QUESTION}\n`);
  } else {
    socket.state.name = name;
    socket.write(`* welcome, ${name}\n`);
    room.set(key, socket);
    say(socket, `* ${name} joined`);
  }
}

function leave(socket) {
  // Free the name, if there is one; whoever has left already has none.
  const name = socket.state.name;
  waitingFor.delete(socket);
  if (!name) return;
  socket.state.name = "";
  room.delete(name.toLowerCase());
  say(socket, `* ${name} left`);
}

function goesOn(member) {
  // Nobody speaks while somebody has not taken what was said.
  waitingFor.delete(member);
  if (waitingFor.size === 0) for (const other of everyone) pump(other);
}

function without(line) {
  return line.length && line[line.length - 1] === CR ? line.subarray(0, line.length - 1) : line;
}

function takeLine(socket, state) {
  // Say one line of what has come; return whether there was one.
  const end = state.data.indexOf(LF);
  const line = without(end < 0 ? state.data : state.data.subarray(0, end));
  if (line.length > MAX_LINE) {
    throwOut(socket, state);
    return false;
  }
  if (end < 0) return false;
  state.data = state.data.subarray(end + 1);
  const text = line.toString("utf8");
  if (!state.name) claim(socket, text);
  else if (text) say(socket, `${state.name}: ${text}`);
  return true;
}

function pump(socket) {
  // Take lines, then bytes, then the end, as long as everybody keeps up.
  const state = socket.state;
  while (!state.out && waitingFor.size === 0) {
    if (takeLine(socket, state)) continue;
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
    state.data = Buffer.concat([state.data, chunk]);
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

function throwOut(socket, state) {
  leave(socket);
  state.out = true;
  state.data = Buffer.alloc(0);
  socket.removeAllListeners("readable");
  socket.on("data", throwAway);
  socket.end("* line too long\n");
  const last = setTimeout(() => socket.destroy(), 30000);
  socket.once("finish", () => {
    clearTimeout(last);
    const linger = setTimeout(() => socket.destroy(), 1000);
    socket.once("close", () => clearTimeout(linger));
  });
  socket.once("end", () => socket.destroySoon());
}

function ask(socket) {
  const state = (socket.state = { data: Buffer.alloc(0), name: "", out: false, ended: false });
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
  socket.write(QUESTION + "\n");
}

function stop() {
  process.exit(0);
}

readOptions(process.argv.slice(2));
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
const server = net.createServer({ allowHalfOpen: true, highWaterMark: 65536 }, ask);
server.on("error", (error) => {
  console.error(`cannot listen on ${settings.host}:${settings.port}: ${error.message}`);
  process.exit(1);
});
server.listen({ host: settings.host, port: settings.port, backlog: 1024 }, () => {
  const { address, port } = server.address();
  console.log(`listening on ${address}:${port}`);
});
