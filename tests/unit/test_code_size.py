"""What counts as a line of code."""

from testbed.code_size import PARTS, ROOT, checkout_lines, code_lines

SOURCE = '''"""A module."""

import os  # why


class Thing:
    """A class."""

    name: str
    """An attribute."""

    def act(self) -> str:
        """What it does,
        in two lines."""
        # a remark
        return (
            "one"
            "two"
        )


QUERY = """
SELECT 1
"""
'''


def test_blank_lines_comments_and_docstrings_are_no_code_and_statements_in_strings_are() -> None:
    assert code_lines(SOURCE) == 11


def test_every_part_of_a_checkout_is_counted_on_both_sides() -> None:
    lines = checkout_lines()
    assert lines["monolith"].keys() == lines["microservices"].keys()
    assert all(count > 5 for parts in lines.values() for count in parts.values())
    named = [file for parts in PARTS.values() for files in parts.values() for file in files]
    assert len(named) == len(set(named))
    assert all((ROOT / file).is_file() for file in named)
