// The client of lesson 07 in JavaScript: one thread, events, and nothing of the kit.
"use strict";
const fs = require("fs");
const net = require("net");

const LIMIT = 4 * 65536;
const LF = 10;
const CR = 13;
const settings = { host: "127.0.0.1", port: 5555, name: null };
const early = []; // lines for the room, typed before the welcome
let asked = false;
let named = false;
let welcomed = false;
let typing = true;
let leaving = false;
let goodbye = false;

function usage() {
  console.error("usage: client.py [--host HOST] [--port PORT] [--name NAME]");
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
  const fine = leaving || goodbye;
  if (!fine) show("* disconnected\n");
  process.exit(fine ? 0 : 1);
}

function leaveIfAllIsSaid(socket) {
  if (typing || leaving || settings.name !== null || (named && early.length)) return;
  leaving = true;
  socket.end(() => setTimeout(() => process.exit(0), 1000));
}

function say(socket, line) {
  if (!socket.write(line + "\n")) process.stdin.pause();
}

function hear(socket, line) {
  show(line + "\n");
  goodbye = line === "* goodbye";
  if (welcomed) return;
  if (line.startsWith("* welcome, ")) {
    welcomed = true;
    while (early.length) say(socket, early.shift());
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
    say(socket, line);
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
const socket = net.connect({ ...settings, allowHalfOpen: true });
socket.once("connect", () => talk(socket));
socket.once("error", (error) => {
  console.error(`cannot connect to ${settings.host}:${settings.port}: ${error.message}`);
  process.exit(1);
});
