"""The commands: a line that begins with a slash is for the server, not for the room.

The rule: an error is a reply. No command ever ends a connection, but for /quit.
"""

from names import NO_NAME, TAKEN, is_name


class Goodbye(Exception):
    """The member wants to leave."""


def who(room, member):
    """Tell the member who is here, sorted with letter case ignored."""
    raise NotImplementedError("TODO 7.2: who lists the people with names")


def msg(room, member, name, text):
    """Tell one member something that nobody else hears, and the sender that it was told."""
    raise NotImplementedError("TODO 7.3: a private message reaches one person")


def nick(room, member, new):
    """Give the member a new name, by the rules for the first one."""
    raise NotImplementedError("TODO 7.4: a new name is announced and used")


def help_(room, member):
    """Tell the member the form of every command."""
    raise NotImplementedError("TODO 7.5: help shows every command")


def quit_(room, member):
    """End the member's visit."""
    raise NotImplementedError("TODO 7.6: quit says goodbye and hangs up")


COMMANDS = {
    "/who": who,
    "/msg NAME TEXT": msg,
    "/nick NEW": nick,
    "/help": help_,
    "/quit": quit_,
}
FORMS = {form.split(" ")[0]: form for form in COMMANDS}  # "/msg" -> "/msg NAME TEXT"
SHOWN = 20  # characters of an unknown command, its slash not counted


def obey(room, member, line):
    """Carry out the command in this line, or reply why not. Raises Goodbye for /quit."""
    raise NotImplementedError("TODO 7.2: who lists the people with names")


def arguments_of(line, form):
    """Return the arguments in a list, as many as the form has; None if they do not fit.

    Single spaces separate them; the last is the rest of the line as it is. None may be
    missing or empty, and a command without arguments takes nothing behind it.
    """
    raise NotImplementedError("TODO 7.2: who lists the people with names")
