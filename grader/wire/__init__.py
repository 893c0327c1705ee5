"""One program under test, the scripted peers who talk to it, and the record of what was said."""
