"""How a client gets its name, and what becomes of lines that are typed before it has one.

The rule: a typed line is a name only if it was typed after the prompt. All
others wait for the welcome, in their order.
"""

import threading

from outbox import END

QUESTION = "* what is your name?"
WELCOME = "* welcome, "
PROMPT = "username: "


class Handshake:
    """Stands between the keyboard and the server. Every method is safe from any thread."""

    def __init__(self, name, screen, send, leave, outbox):
        """name: answers the first question, None for none. send(line), leave(): see Client.

        outbox: takes typed lines for the room, and sends them once it is started.
        """
        self.screen = screen
        self.send = send
        self.leave = leave
        self.lock = threading.Lock()
        self.name = name  # not yet said; guarded by lock, as all that follows
        self.asked = False  # the prompt waits for a typed line
        self.named = False  # a name was said; the server may still refuse it
        self.welcomed = False
        self.typing = True  # the keyboard has not ended
        self.outbox = outbox

    def heard(self, line):
        """Take note of a line from the server. In the receiver's thread."""
        with self.lock:
            if self.welcomed:
                return
            if line == QUESTION:
                self.answer()
            elif line.startswith(WELCOME):
                self.welcomed = True
                if not self.typing:
                    self.outbox.put(END)
                self.outbox.start()

    def answer(self):
        """Say the name that was given at the start, or ask the keyboard for one.

        Who has no keyboard any more leaves instead of asking, and leaves after saying the
        name if no typed line waits for the welcome. The lock must be held.
        """
        if self.name is not None:
            self.say_name(self.name)
            self.name = None
        else:
            self.screen.ask(PROMPT)
            self.asked = self.typing
            self.named = False
        self.leave_if_all_is_said()

    def say_name(self, name):
        """Send the name. The lock must be held. A server that has gone is no error here."""
        self.named = True
        try:
            self.send(name)
        except OSError:
            pass  # the main thread will see it

    def typed(self, line):
        """Take a typed line: it answers the prompt if there is one, else it is for the room."""
        with self.lock:
            if self.asked:
                self.asked = False
                self.say_name(line)
            else:
                self.outbox.put(line)

    def typed_all(self):
        """Take the end of the keyboard. At the prompt, and with nothing to say, we leave.

        Else END goes into the outbox, but not before the welcome: it is no typed line.
        """
        with self.lock:
            self.typing = self.asked = False
            if self.welcomed:
                self.outbox.put(END)
            else:
                self.leave_if_all_is_said()

    def leave_if_all_is_said(self):
        """Leave if the keyboard has ended, and no line waits that a welcome could set free.

        Only before the welcome. The lock must be held.
        """
        if self.typing or self.name is not None:
            return
        if not self.named or self.outbox.empty():
            self.leave()
