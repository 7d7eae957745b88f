"""Request targets that a careless reader takes for others: twisted forms of good ones."""

import random

SLASHES = (
    "//", "/./", "/x/../", "/%2e/", "/%2E%2E/", "%2F", "%2f", "%5C", "\\", ";x/", "/;/", "/..;/",
)  # fmt: skip
"""In place of a slash."""
ENDS = ("/", "//", "/.", "/..", ";x", "?", "%00", "%", "%20", "%C3%A9", "%FF", "#x")
"""After the path."""
PREFIXES = ("/", "/.", "/x/..", "http://elsewhere")
"""Before the path."""


def twisted(path: str, chance: random.Random) -> str:
    """``path`` with one thing about it changed; it may still mean the same."""
    twist = chance.choice((_slash, _letter, _letter_twice, _end, _front))
    return twist(path, chance)


def _slash(path: str, chance: random.Random) -> str:
    at = chance.choice([at for at, character in enumerate(path) if character == "/"])
    return path[:at] + chance.choice(SLASHES) + path[at + 1 :]


def _letter(path: str, chance: random.Random) -> str:
    return _escaped(path, chance, "%")


def _letter_twice(path: str, chance: random.Random) -> str:
    return _escaped(path, chance, "%25")


def _escaped(path: str, chance: random.Random, sign: str) -> str:
    at = chance.randrange(1, len(path))
    return f"{path[:at]}{sign}{ord(path[at]):02x}{path[at + 1 :]}"


def _end(path: str, chance: random.Random) -> str:
    return path + chance.choice(ENDS)


def _front(path: str, chance: random.Random) -> str:
    return chance.choice(PREFIXES) + path
