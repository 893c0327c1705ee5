"""Sorts what was posted: each client gets its part of it in as few pieces as can be.

The rule: most clients get the same bytes, so they are joined once for all. Only who
wrote some of them gets the others joined.
"""

from collections import defaultdict
from itertools import groupby

from outlet import DROP, LAST


def sorted_mail(posts):
    """Return what goes to whom: outlet -> list of (bytes, kind), in the order of the posts.

    An outlet for which LAST or DROP was posted is told so; it may stand here with an empty list.
    """
    mail = defaultdict(list)
    for _, run in groupby(posts, key=lambda post: (id(post[0]), post[3])):
        add(mail, list(run))
    return mail


def add(mail, posts):
    """Add posts of one kind, all for the same outlets."""
    outlets, first, _, kind = posts[0]
    if kind in (LAST, DROP):
        for outlet in outlets:
            outlet.is_last, outlet.is_unwanted = True, kind == DROP
            mail[outlet]  # so that it is looked at
        return
    whole = b"".join([data for _, data, _, _ in posts]) if len(posts) > 1 else first
    piece = (whole, kind)
    own = places(posts)
    for outlet in outlets:
        if outlet not in own:
            mail[outlet].append(piece)
        elif others := without(whole, own[outlet]):
            mail[outlet].append((others, kind))


def places(posts):
    """Return where in the joined bytes the posts of each author begin and end."""
    own = defaultdict(list)
    end = 0
    for _, data, author, _ in posts:
        begin, end = end, end + len(data)
        if author is not None:
            own[author].append((begin, end))
    return own


def without(whole, gaps):
    """Return the bytes without those between the two places of each gap."""
    kept, at = [], 0
    for begin, end in gaps:
        kept.append(whole[at:begin])
        at = end
    return b"".join([*kept, whole[at:]])
