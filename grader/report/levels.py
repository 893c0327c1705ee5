"""What a sandbox level means, in words for people who decide whether to rely on it."""

LEVELS = {
    "isolated": "Each program ran in a box of its own, with no network and none of your files.",
    "isolated-no-proc": "Each program ran in a box of its own, with no network, none of your "
    "files and no /proc.",
    "limited": "Programs ran with limits and few rights, but network and disk were not isolated: "
    "not for programs of unknown people.",
    "unprotected": "Programs ran with the rights of whoever graded them, within limits of time "
    "and output: only for programs you trust.",
}


def level_words(level: str) -> str:
    """Return what the level means, a sentence; nothing for the level of a newer kit."""
    return LEVELS.get(level, "")


def is_weak(level: str) -> bool:
    """Say whether a program could have reached what is not its own."""
    return not level.startswith("isolated")
