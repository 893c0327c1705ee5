"""How a command says that it was given the wrong arguments."""


class Misused(Exception):
    """The arguments do not fit; the answer is the command's form."""
