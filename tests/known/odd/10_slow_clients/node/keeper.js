// Holds the server's listening socket, so that those who wait there are not turned away.
"use strict";
let held = null;
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => {}); // it ends with the server
process.on("disconnect", () => process.exit(0));
process.on("message", (word, handle) => {
  if (handle) held = handle;
  else process.send("here", held);
});
