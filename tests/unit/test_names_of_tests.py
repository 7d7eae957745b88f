import gzip

import pytest

pytestmark = pytest.mark.parametrize(
    ("packed", "second"), [(gzip.compress(b"a log", mtime=second), second) for second in (1, 2)]
)


def test_a_name_does_not_depend_on_when_bytes_were_packed(
    packed: bytes, second: int, request: pytest.FixtureRequest
) -> None:
    assert gzip.decompress(packed) == b"a log"
    assert request.node.name.endswith(f"[packed-{second}]")
