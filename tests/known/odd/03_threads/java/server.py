"""Starts the server of lesson 03 in another language, in place of itself."""

import os
import sys

# Small stacks and a plain collector: a machine of its own need not fill this one.
SETTINGS = ["-Xss256k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
os.execvp("java", ["java", *SETTINGS, "-cp", ".", "Numbering", *sys.argv[1:]])
