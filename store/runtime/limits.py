"""How much of a request either store takes."""

MAX_BODY_BYTES = 64 * 1024
