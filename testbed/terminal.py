"""The one way in which commands speak to the user: data are shown as they are, never as markup.

rich reads ``[...]`` in a string as markup, and would take a path or a quoted line for it. Here only
the styles that we name ourselves are styles.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiment.visible import visible

Words = str | tuple[str, str]
"""Plain text, or text with its style."""
Row = Sequence[Words]
_PADDING = 2
"""Of each column."""


def text_of(*parts: Words) -> Text:
    """The parts one after the other, none of them taken as markup."""
    pairs = ((part, "") if isinstance(part, str) else part for part in parts)
    return Text.assemble(*((visible(words), style) for words, style in pairs))


class Terminal(Console):
    """Prints sentences and tables; no word of them is cut, and none acts on the terminal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """What rich makes of every string that it is given."""
        return super().render_str(visible(text), **options)

    def say(self, *parts: Words) -> None:
        """A sentence: wrapped between words on a terminal, in one line elsewhere.

        A path that is too long for a line is left to the terminal, so that it can be copied.
        """
        text = text_of(*parts)
        wraps = self.is_terminal and _longest_word(text) <= self.width
        self.print(text, soft_wrap=not wraps)

    def show(self, rows: Sequence[Row], head: Sequence[str] = ()) -> None:
        """A table; where its words are too wide to stand side by side, a list of its rows."""
        titled = [[(name, "bold") for name in head], *rows] if head else rows
        cells = [[text_of(cell) for cell in row] for row in titled]
        widths = _fitting(cells, self.width - _PADDING * len(cells[0]))
        if widths is None:
            self._list(rows, head)
        else:
            self.print(_table(cells, widths))

    def _list(self, rows: Iterable[Row], head: Sequence[str]) -> None:
        for row in rows:
            if not head:
                self.say(row[0], *(part for cell in row[1:] for part in ("  ", cell)))
                continue
            for name, cell in zip(head, row, strict=True):
                self.say((f"{name}: " if name else "", "bold"), cell)
            self.say()


def _table(cells: Iterable[Iterable[Text]], widths: Iterable[int]) -> Table:
    table = Table(box=None, show_header=False)
    for width in widths:
        table.add_column(width=width)
    for row in cells:
        table.add_row(*row)
    return table


def _fitting(cells: Sequence[Sequence[Text]], width: int) -> list[int] | None:
    """Widths of columns that leave every word whole; None when there are none."""
    columns = list(zip(*cells, strict=True))
    widths = [max(cell.cell_len for cell in column) for column in columns]
    least = [max(_longest_word(cell) for cell in column) for column in columns]
    while sum(widths) > width:
        can_shrink = [place for place in range(len(widths)) if widths[place] > least[place]]
        if not can_shrink:
            return None
        widths[max(can_shrink, key=widths.__getitem__)] -= 1
    return widths


def _longest_word(cell: Text) -> int:
    return max(map(cell_len, cell.plain.split()), default=0)
