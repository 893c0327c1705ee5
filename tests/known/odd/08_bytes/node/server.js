// The frames of lesson 08 in JavaScript: one thread, events, and nothing of the kit.
"use strict";
const net = require("net");

const MAX_LINE = 65536;
const MAX_CHUNK = 65536;
const LF = 10;
const CR = 13;
const BASE64 = "base64 ";
const settings = { host: "127.0.0.1", port: 5555, buffer: 4096 };
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

function take(state, size) {
  const taken = state.data.subarray(0, size);
  state.data = state.data.subarray(size);
  return taken;
}

function nextAnswer(state) {
  // Return the answer to one frame, null if none is whole yet; or throw a notice.
  if (state.size === null) {
    const end = state.data.indexOf(LF);
    let line = end < 0 ? state.data : state.data.subarray(0, end);
    if (line.length && line[line.length - 1] === CR) line = line.subarray(0, line.length - 1);
    if (line.length > MAX_LINE) throw "* line too long\n";
    if (end < 0) return null;
    take(state, end + 1);
    const text = line.toString("latin1");
    if (text.startsWith(BASE64)) return base64Answer(text.slice(BASE64.length));
    const found = /^bytes ([0-9]{1,9})$/.exec(text);
    if (!found || Number(found[1]) > MAX_CHUNK) throw "* bad frame\n";
    state.size = Number(found[1]);
  }
  if (state.data.length < state.size) return null;
  const payload = Buffer.from(take(state, state.size)).reverse();
  state.size = null;
  return Buffer.concat([Buffer.from(`bytes ${payload.length}\n`), payload]);
}

function base64Answer(letters) {
  const payload = Buffer.from(letters, "base64");
  if (payload.toString("base64") !== letters) return Buffer.from("* not base64\n");
  return Buffer.from(BASE64 + payload.reverse().toString("base64") + "\n");
}

function pump(socket) {
  // Answer frames, then take bytes, then the end, as long as the answers are taken.
  const state = socket.state;
  while (!state.out && !state.full) {
    let answer;
    try {
      answer = nextAnswer(state);
    } catch (notice) {
      throwOut(socket, notice);
      return;
    }
    if (answer !== null) {
      state.full = !socket.write(answer);
      continue;
    }
    const size = Math.min(settings.buffer, socket.readableLength);
    const chunk = size > 0 ? socket.read(size) : null;
    if (chunk === null) {
      if (socket.readableEnded || state.ended) socket.end();
      else socket.read(0);
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

function throwOut(socket, notice) {
  const state = socket.state;
  state.out = true;
  state.data = Buffer.alloc(0);
  socket.removeAllListeners("readable");
  socket.on("data", throwAway);
  socket.end(notice);
  const last = setTimeout(() => socket.destroy(), 30000);
  socket.once("finish", () => {
    clearTimeout(last);
    const linger = setTimeout(() => socket.destroy(), 1000);
    socket.once("close", () => clearTimeout(linger));
  });
  socket.once("end", () => socket.destroySoon());
}

function welcome(socket) {
  const state = { data: Buffer.alloc(0), size: null, out: false, full: false, ended: false };
  socket.state = state;
  socket.setNoDelay(true);
  socket.on("error", () => {}); // "close" follows
  socket.on("drain", () => {
    state.full = false;
    pump(socket);
  });
  socket.on("readable", () => pump(socket));
  socket.on("end", () => {
    state.ended = true;
    pump(socket);
  });
}

function stop() {
  process.exit(0);
}

readOptions(process.argv.slice(2));
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
const server = net.createServer({ allowHalfOpen: true, highWaterMark: 65536 }, welcome);
server.on("error", (error) => {
  console.error(`cannot listen on ${settings.host}:${settings.port}: ${error.message}`);
  process.exit(1);
});
server.listen({ host: settings.host, port: settings.port, backlog: 1024 }, () => {
  const { address, port } = server.address();
  console.log(`listening on ${address}:${port}`);
});
