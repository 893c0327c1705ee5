"""Notes that stand between the lines on a terminal and the one that is being typed."""

from colours import visible
from rows import fitted

MOST = 5  # on the terminal at the same time; more of them wait until one is taken away


class Notes:
    """One note an owner, a row each. Only for the screen, with its lock held."""

    def __init__(self, look):
        """look(text): returns the text as it is to be shown."""
        self.look = look
        self.texts = {}  # owner -> text
        self.rows = 0  # that they fill on the terminal

    def put(self, owner, text):
        """Change the owner's note; an empty text takes it away. Return whether it is another."""
        if text == self.texts.get(owner, ""):
            return False
        self.texts[owner] = text
        if not text:
            del self.texts[owner]
        return True

    def wiped(self):
        """Take note that they are off the terminal; return how many rows they filled."""
        rows, self.rows = self.rows, 0
        return rows

    def drawn(self, columns):
        """Take note that they are on the terminal; return what draws them."""
        shown = [fitted(visible(text), columns) for text in list(self.texts.values())[:MOST]]
        self.rows = len(shown)
        return "".join(f"{self.look(text)}\n" for text in shown)
