"""Starts the chat clients of the course, as people at their terminals would.

The rule: a client lives no longer than the `with` of the server that it talks to.
"""

from __future__ import annotations

from grader.course.catalogue import SOLUTION, find_lesson
from grader.wire.client import Client
from grader.wire.server import Server


def client_of(lesson: str, server: Server, *options: str, who: str = "client") -> Client:
    """Start the client of this lesson's solution and let it connect to the server.

    options: more words for its command line. who: how it is called in pictures. Raises
    UserError for a lesson that there is not.
    """
    address = ("--host", server.host, "--port", str(server.port))
    folder = SOLUTION / find_lesson(lesson).id
    return Client(server.stage, *address, *options, name=who, folder=folder)


def screen_of(client: Client) -> list[str]:
    """Return the lines that it has printed so far."""
    client.process.stdout.take()
    return client.process.stdout.text().splitlines()
