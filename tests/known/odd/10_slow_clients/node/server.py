"""Starts the server of lesson 10 in another language, in place of itself."""

import os
import sys

os.execvp("node", ["node", "--expose-gc", "server.js", *sys.argv[1:]])
