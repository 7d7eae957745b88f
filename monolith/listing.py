"""A page of rows and how many there are in all, read by one statement."""

from psycopg.rows import DictRow


def split(rows: list[DictRow], identity: str) -> tuple[list[DictRow], int]:
    """The page and the total from the rows of ``SELECT total, ... FROM count LEFT JOIN page``.

    Past the end there is one row, in which the column ``identity`` is NULL.
    """
    total: int = rows[0]["total"]
    page = [row for row in rows if row[identity] is not None]
    for row in page:
        del row["total"]
    return page, total
