"""The commands: a line that begins with a slash is for the server, not for the room.

The rule: an error is a reply. No command ever ends a connection, but for /quit.
"""

from file_commands import cancel_, end, file_
from misuse import Misused
from names import NO_NAME, TAKEN, is_name


class Goodbye(Exception):
    """The member wants to leave."""


def who(room, member):
    """Tell the member who is here, sorted with letter case ignored."""
    room.reply(member, f"* here: {', '.join(room.names())}")


def msg(room, member, name, text):
    """Tell one member something that nobody else hears, and the sender that it was told."""
    if not room.tell(member, name, text):
        room.reply(member, f"* no one here is called {name}")


def nick(room, member, new):
    """Give the member a new name, by the rules for the first one."""
    if not is_name(new):
        room.reply(member, NO_NAME)
    elif not room.rename(member, new):
        room.reply(member, TAKEN)


def help_(room, member):
    """Tell the member the form of every command."""
    room.reply(member, *(f"* {form}" for form in COMMANDS))


def quit_(room, member):
    """End the member's visit."""
    raise Goodbye


COMMANDS = {
    "/who": who,
    "/msg NAME TEXT": msg,
    "/nick NEW": nick,
    "/file ID SIZE NAME": file_,
    "/data ID N": None,  # never comes here: its bytes follow the line (see server.py)
    "/end ID SHA256": end,
    "/cancel ID": cancel_,
    "/help": help_,
    "/quit": quit_,
}
FORMS = {form.split(" ")[0]: form for form in COMMANDS}  # "/msg" -> "/msg NAME TEXT"
SHOWN = 20  # characters of an unknown command, its slash not counted


def obey(room, member, line):
    """Carry out the command in this line, or reply why not. Raises Goodbye for /quit."""
    word = line.split(" ", 1)[0]
    form = FORMS.get(word)
    if form is None:
        room.reply(member, f"* unknown command /{word[1:][:SHOWN]}, try /help")
        return
    try:
        with room.lock:  # what a command has looked up is still so when its reply goes out
            COMMANDS[form](room, member, *arguments_of(line, form))
    except Misused:
        room.reply(member, f"* usage: {form}")


def arguments_of(line, form):
    """Return the arguments in a list, as many as the form has. Raises Misused.

    Single spaces separate them; the last is the rest of the line as it is. None may be
    missing or empty, and a command without arguments takes nothing behind it.
    """
    wanted = form.count(" ")
    arguments = line.split(" ", wanted)[1:] if wanted else []
    if len(arguments) != wanted or not all(arguments) or (not wanted and line != form):
        raise Misused
    return arguments
