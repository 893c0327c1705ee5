"""How a client gets its name, and what becomes of lines that are typed before it has one.

The rule: a typed line is a name only if it was typed after the prompt. All
others wait for the welcome, in their order.
"""

import queue
import threading

QUESTION = "* what is your name?"
WELCOME = "* welcome, "
PROMPT = "username: "
END = None  # stands in the outbox behind the last typed line


class Handshake:
    """Stands between the keyboard and the server. Every method is safe from any thread."""

    def __init__(self, name, screen, send, leave):
        """name: answers the first question, None for none. send(line), leave(): see Client."""
        self.screen = screen
        self.send = send
        self.leave = leave
        self.lock = threading.Lock()
        self.name = name  # not yet said; guarded by lock, as all that follows
        self.asked = False  # the prompt waits for a typed line
        self.named = False  # a name was said; the server may still refuse it
        self.welcomed = False
        self.typing = True  # the keyboard has not ended
        self.outbox = queue.SimpleQueue()  # typed lines for the room, then END

    def heard(self, line):
        """Take note of a line from the server. In the main thread.

        Until the welcome each QUESTION is answered. The welcome begins send_all(), in a
        daemon thread of its own. After that a line says nothing to us.
        """
        raise NotImplementedError("TODO 6.14: the client says its name, or asks")

    def answer(self):
        """Say the name that was given at the start, or ask the keyboard for one.

        Who has no keyboard any more leaves instead of asking, and leaves after saying the
        name if no typed line waits for the welcome. The lock must be held.
        """
        raise NotImplementedError("TODO 6.14: the client says its name, or asks")

    def say_name(self, name):
        """Send the name. The lock must be held. A server that has gone is no error here."""
        self.named = True
        try:
            self.send(name)
        except OSError:
            pass  # the main thread will see it

    def typed(self, line):
        """Take a typed line: it answers the prompt if there is one, else it is for the room."""
        raise NotImplementedError("TODO 6.15: what is typed too early waits")

    def typed_all(self):
        """Take the end of the keyboard. At the prompt, and with nothing to say, we leave.

        Else END goes into the outbox, but not before the welcome: it is no typed line.
        """
        raise NotImplementedError("TODO 6.16: the client can leave before it is welcomed")

    def leave_if_all_is_said(self):
        """Leave if the keyboard has ended, and no line waits that a welcome could set free.

        Only before the welcome. The lock must be held.
        """
        raise NotImplementedError("TODO 6.16: the client can leave before it is welcomed")

    def send_all(self):
        """Send what was typed, as it comes, and leave after the last line."""
        try:
            while (line := self.outbox.get()) is not END:
                self.send(line)
            self.leave()
        except OSError:
            pass  # the server has gone; the main thread will say so
