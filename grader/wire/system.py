"""What kind of system this is."""

import os

POSIX = os.name == "posix"
