"""What goes wrong through the user's input, said in one line."""


class UserError(Exception):
    """Bad input. The message names the input and the way out; the command line shows it, exit 2."""
