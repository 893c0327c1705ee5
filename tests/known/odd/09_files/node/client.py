"""Starts the client of lesson 09 in another language, in place of itself."""

import os
import sys

os.execvp("node", ["node", "--expose-gc", "client.js", *sys.argv[1:]])
