"""Starts the client of lesson 06 in another language, in place of itself."""

import os
import sys

os.execvp("node", ["node", "client.js", *sys.argv[1:]])
