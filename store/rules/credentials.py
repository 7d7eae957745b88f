"""Passwords and e-mail addresses of accounts."""

import hashlib
import hmac
import secrets

N = 2**12
R = 8
P = 1
"""Cost of scrypt (RFC 7914): about 10 ms and 4 MiB per password.

Lower than advised for real passwords, so that sign-in is dear but does not drown the rest.
"""
SALT_BYTES = 16
_NOBODYS = f"scrypt${N}${R}${P}${bytes(SALT_BYTES).hex()}${bytes(32).hex()}"
"""No password gives this hash, and each takes as long to verify against it as against another."""


def hash_password(password: str, salt: bytes | None = None) -> str:
    """``scrypt$n$r$p$salt$hash`` with salt and hash in hex.

    Without ``salt`` it is random, so the same password gives another text each time.
    """
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    return f"scrypt${N}${R}${P}${salt.hex()}${_scrypt(password, salt, N, R, P).hex()}"


def verify_password(password: str, stored: str | None) -> bool:
    """Whether ``stored`` came from this password; ValueError when it is no ``hash_password``.

    None is that of no account: never right, and it takes as long, so that the time does not tell
    which addresses have an account.
    """
    scheme, n, r, p, salt, expected = (_NOBODYS if stored is None else stored).split("$")
    if scheme != "scrypt":
        raise ValueError(f"unknown password scheme {scheme!r}")
    found = _scrypt(password, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, bytes.fromhex(expected))


def normalise_email(email: str) -> str:
    """The form in which addresses are stored, compared and answered: lower case."""
    return email.lower()


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, dklen=32)
