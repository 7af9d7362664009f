"""A list of ids as people keep it: a CSV file with a column of user ids or account ids, whatever else it has."""

from __future__ import annotations

import csv
import io

from uptake.kinds import LONGEST_ID
from uptake.plan.document import Place, Refusal
from uptake.plan.problems import shown

DELIMITERS = (",", ";", "\t")


def read_list(text: str, file: str, entity: str) -> tuple[tuple[str, ...], list[Refusal]]:
    """Reads the ids.

    Args:
        text: The text of the file, without a byte order mark.
        file: Its name as messages should show it.
        entity: user or account.

    Returns:
        Each id once, and what is wrong with the file; an id is what is left without blanks around it.
    """
    column = f"{entity}_id"
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: dict[str, None] = {}
    refusals: list[Refusal] = []

    def refuse(what: str) -> None:
        refusals.append(Refusal(Place(file, max(1, reader.line_num)), what))

    try:
        names = [name.strip().lower() for name in next(reader, [])]
        if column not in names:
            there = f"Its columns are {', '.join(map(shown, names))}" if any(names) else "It is empty"
            refuse(f"There is no column {column}. {there}: begin with a line {column}, then an id a line.")
            return (), refusals
        position = names.index(column)
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            name = cells[position] if position < len(cells) else ""
            if not name:
                refuse(f"The row has no {column}. Fill it in, or take the row away.")
            elif len(name) > LONGEST_ID or "\0" in name:
                refuse(f"{column} is {shown(name)}. Allowed: at most {LONGEST_ID:,} characters without NUL.")
            else:
                found[name] = None
    except csv.Error as error:
        refuse(f"This is not CSV: {error}. Put texts with quotes, commas or line ends in quotes.")
    return tuple(found), refusals


def list_text(entity: str, ids: tuple[str, ...]) -> str:
    r"""A file with these ids.

    >>> list_text("user", ("a", 'b"c'))
    'user_id\na\n"b""c"\n'
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([f"{entity}_id"])
    writer.writerows([name] for name in ids)
    return file.getvalue()
