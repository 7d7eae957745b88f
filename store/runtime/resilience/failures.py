"""How a call to somebody else can fail."""


class CallFailed(Exception):  # noqa: N818 - says what happened, as Problem does
    """The peer gave no answer worth the name: unreachable, too late, broken, or not asked."""

    may_have_acted = True
    """Whether the peer may have done what it was asked for."""
    is_worth_repeating = True

    def __init__(self, role: str, reason: str) -> None:
        super().__init__(f"{role}: {reason}")
        self.role = role
        self.reason = reason


class NotAsked(CallFailed):
    """The peer was sent nothing, so it cannot have acted."""

    may_have_acted = False


class Rejected(NotAsked):
    """The caller's own policies did not let the call through; the next moment they would not."""

    is_worth_repeating = False
