"""Completes with the Tab key what is typed: a command, somebody's name, a path.

The rule: the server is not asked. Who is in the room is learned from the lines it sends.
"""

import os
import re
import threading

from colours import SAID
from names import NAME
from terminal import GNU, readline

COMMANDS = ("/cancel ", "/help", "/msg ", "/nick ", "/quit", "/sendfile ", "/who")
MSG, SENDFILE = "/msg ", "/sendfile "
HERE = "* here: "
CAME = re.compile(rf"\* ({NAME.pattern}) joined")
WENT = re.compile(rf"\* ({NAME.pattern}) left")
RENAMED = re.compile(rf"\* ({NAME.pattern}) is now ({NAME.pattern})")
MOST_SHOWN = 40  # possibilities


class People:
    """The names that have been seen. Every method is safe from any thread."""

    def __init__(self):
        self.lock = threading.Lock()
        self.names = set()  # guarded by lock

    def heard(self, line):
        """Take note of who comes, goes, is here or says something."""
        with self.lock:
            if line.startswith(HERE):
                self.names = set(line.removeprefix(HERE).split(", "))
            elif came := CAME.fullmatch(line):
                self.names.add(came[1])
            elif went := WENT.fullmatch(line):
                self.names.discard(went[1])
            elif renamed := RENAMED.fullmatch(line):
                self.names.discard(renamed[1])
                self.names.add(renamed[2])
            elif said := SAID.match(line):
                self.names.add(said[1])

    def beginning_with(self, start):
        """Return the names that begin so, in any letter case."""
        with self.lock:
            return [name for name in self.names if name.lower().startswith(start.lower())]


class Completion:
    """What the Tab key does. readline calls it in the keyboard's thread."""

    def __init__(self, people, screen):
        self.people = people
        self.screen = screen
        self.found = []  # what the word that is being typed may become

    def start(self):
        """Give readline the Tab key. Only where the screen is a terminal."""
        readline.set_completer_delims(" /")
        readline.set_completer(self.complete)
        if GNU:
            readline.parse_and_bind("tab: complete")
            readline.set_completion_display_matches_hook(self.show)
        else:
            readline.parse_and_bind("bind ^I rl_complete")

    def complete(self, word, number):
        """Return possibility `number` for the word, None behind the last one."""
        if number == 0:
            typed = readline.get_line_buffer()[: readline.get_endidx()]
            begin = len(typed) - len(word)
            self.found = [line[begin:] for line in self.lines(typed)]
        return self.found[number] if number < len(self.found) else None

    def lines(self, typed):
        """Return what the typed line may become, without the end that is not yet known."""
        if typed.startswith(SENDFILE):
            return [SENDFILE + path for path in paths(typed.removeprefix(SENDFILE))]
        if typed.startswith(MSG):
            names = self.people.beginning_with(typed.removeprefix(MSG))
            return [f"{MSG}{name} " for name in names]
        if typed.startswith("/"):
            return [command for command in COMMANDS if command.startswith(typed)]
        return [f"{name}: " for name in self.people.beginning_with(typed)]

    def show(self, word, found, longest):
        """Show the possibilities above the typed line. Called by readline."""
        shown = [one.strip(": ") for one in found[:MOST_SHOWN]]
        more = ["..."] if len(found) > MOST_SHOWN else []
        self.screen.show("  ".join(shown + more))


def paths(typed):
    """Return the paths of files and folders that begin as typed; a folder's ends with a slash.

    Hidden ones are found if their dot is typed.
    """
    folder, start = os.path.split(typed)
    found = []
    try:
        with os.scandir(folder or ".") as entries:
            for entry in entries:
                if entry.name.startswith(start) and (start or not entry.name.startswith(".")):
                    found.append(os.path.join(folder, entry.name) + "/" * entry.is_dir())
    except OSError:
        pass  # no such folder, or none that we may read: nothing to offer
    return found
