// The client in JavaScript: one thread, events, and nothing of the kit.
"use strict";
const fs = require("fs");
const net = require("net");

const LIMIT = 4 * 65536;
const LF = 10;
const CR = 13;
const QUESTION = "* what is your name?";
const settings = { host: "127.0.0.1", port: 5555, name: null };
const early = []; // typed lines that wait for the welcome
let state = "silent"; // then: asked, said, welcomed
let typing = true;
let leaving = false;
let ended = false;

function usage() {
  console.error("usage: client.py [--host HOST] [--port PORT] [--name NAME]");
  process.exit(2);
}

function readOptions(words) {
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].slice(2);
    const value = words[i + 1];
    if (!words[i].startsWith("--") || !(name in settings) || value === undefined) usage();
    if (name === "host" || name === "name") settings[name] = value;
    else if (/^[0-9]+$/.test(value) && Number(value) <= 65535) settings.port = Number(value);
    else usage();
  }
}

function show(line, end = "\n") {
  let data = Buffer.from(line + end, "utf8");
  while (data.length) {
    try {
      data = data.subarray(fs.writeSync(1, data));
    } catch (error) {
      if (error.code !== "EAGAIN") return; // nobody looks any more
    }
  }
}

class Splitter {
  // Gives whole lines to onLine, and keeps the rest.
  constructor(onLine) {
    this.onLine = onLine;
    this.rest = Buffer.alloc(0);
  }

  feed(data) {
    let rest = Buffer.concat([this.rest, data]);
    for (let end = rest.indexOf(LF); end >= 0; end = rest.indexOf(LF)) {
      this.hand(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    this.rest = rest;
  }

  hand(line) {
    const end = line.length && line[line.length - 1] === CR ? line.length - 1 : line.length;
    this.onLine(line.subarray(0, end).toString("utf8"));
  }
}

function gone() {
  if (ended) return;
  ended = true;
  if (!leaving) show("* disconnected");
  process.exit(leaving ? 0 : 1);
}

function leave(socket) {
  if (leaving) return;
  leaving = true;
  socket.end(() => setTimeout(() => process.exit(0), 1000));
}

function hear(socket, line) {
  show(line);
  if (state === "welcomed") return;
  if (line.startsWith("* welcome, ")) {
    state = "welcomed";
    for (const waiting of early.splice(0)) socket.write(waiting + "\n");
  } else if (line === QUESTION && settings.name !== null) {
    sayName(socket, settings.name);
    settings.name = null;
  } else if (line === QUESTION) {
    show("username: ", "");
    state = "asked";
  }
  leaveIfAllIsSaid(socket);
}

function sayName(socket, name) {
  state = "said";
  socket.write(name + "\n");
}

function take(socket, line) {
  if (!typing) return;
  if (line === "quit" || line === "exit") typing = false;
  else if (state === "asked") sayName(socket, line);
  else if (state !== "welcomed") early.push(line);
  else if (!socket.write(line + "\n")) process.stdin.pause();
  leaveIfAllIsSaid(socket);
}

function leaveIfAllIsSaid(socket) {
  if (typing || settings.name !== null) return;
  if (state !== "said" || early.length === 0) leave(socket);
}

function talk(socket) {
  socket.removeAllListeners("error");
  socket.on("error", gone);
  socket.on("end", gone);
  socket.on("close", gone);
  const heard = new Splitter((line) => hear(socket, line));
  socket.on("data", (data) => {
    heard.feed(data);
    if (heard.rest.length > LIMIT + 1) gone();
  });
  const typed = new Splitter((line) => take(socket, line));
  socket.on("drain", () => process.stdin.resume());
  process.stdin.on("data", (data) => typed.feed(data));
  process.stdin.on("end", () => {
    if (typed.rest.length) typed.hand(typed.rest);
    typing = false;
    leaveIfAllIsSaid(socket);
  });
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => process.exit(0));
}

readOptions(process.argv.slice(2));
const socket = net.connect({ host: settings.host, port: settings.port, allowHalfOpen: true });
socket.once("connect", () => talk(socket));
socket.once("error", (error) => {
  console.error(`cannot connect to ${settings.host}:${settings.port}: ${error.message}`);
  process.exit(1);
});
