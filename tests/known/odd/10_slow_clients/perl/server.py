"""Starts the server of lesson 10 in another language, in place of itself."""

import os
import sys

os.execvp("perl", ["perl", "server.pl", *sys.argv[1:]])
