"""Read a roster: a CSV file of people, line by line, with what is wrong in each line."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annsite.accounts.models import User

MOST_BYTES = 300_000
MOST_ROWS = 5_000
COLUMNS = ("username", "email", "first_name", "last_name", "role", "sections", "labels")
DELIMITERS = (",", ";", "\t")
# Between several sections or labels in one cell, and a cell that means none of them.
BETWEEN = "|"
NONE = "-"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class RosterUnreadable(Exception):
    """The file as a whole cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class Line:
    """One person as the file names them; sections and labels are None where the cell is empty."""

    number: int
    username: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    role: str = ""
    sections: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    problem: str = ""

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Line":
        parts = {
            name: None if stored[name] is None else tuple(stored[name]) for name in ("sections", "labels")
        }
        return cls(**{**stored, **parts})


def decode_roster(data: bytes) -> str:
    """Return the text of a file, or raise RosterUnreadable."""
    if len(data) > MOST_BYTES:
        raise RosterUnreadable(
            f"The file has {len(data):,} bytes; at most {MOST_BYTES:,} are read. Split it into several."
        )
    if data.startswith(UTF_16):
        raise RosterUnreadable("The file is UTF-16. Save it as “CSV UTF-8” and upload it again.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterUnreadable(
            f"Byte {error.start + 1} is not UTF-8. Save the file as “CSV UTF-8” and upload it again."
        ) from error


def read_roster(text: str) -> list[Line]:
    """Return a line for each person; what is wrong with one line stands in it and hides no other.

    Raises RosterUnreadable where the file as a whole cannot be read.
    """
    text = text.removeprefix("\ufeff")
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise RosterUnreadable(f"The text is longer than {MOST_BYTES:,} bytes. Split it into several.")
    rows = _rows(text)
    try:
        _, header = next(rows)
    except StopIteration:
        raise RosterUnreadable("The file is empty. Its first line must name the columns.") from None
    columns = _columns(header)
    lines = [_line(number, columns, cells) for number, cells in rows]
    if not lines:
        raise RosterUnreadable("No person stands below the line that names the columns.")
    if len(lines) > MOST_ROWS:
        raise RosterUnreadable(f"The file has {len(lines):,} people; at most {MOST_ROWS:,} are read at once.")
    return lines


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not empty with the number of the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RosterUnreadable(
                f"Line {begins} cannot be read ({error}). Look for a quotation mark that is not closed."
            ) from error
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield begins, stripped
        begins = reader.line_num + 1


def _delimiter(text: str) -> str:
    """Return what parts the cells: whichever finds the most columns in the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    names = {mark: sum(_name(cell) in COLUMNS for cell in first.split(mark)) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: names[mark])


def _name(cell: str) -> str:
    return cell.strip().strip('"').strip().lower()


def _columns(header: list[str]) -> list[str]:
    names = [_name(cell) for cell in header]
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise RosterUnreadable(
            f"The first line names a column {unknown[0]!r}; known are {', '.join(COLUMNS)}, "
            "parted by commas, semicolons or tabs."
        )
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise RosterUnreadable(f"The first line names the column {twice[0]} twice.")
    if "username" not in names:
        raise RosterUnreadable("The first line names no column username.")
    return names


def _line(number: int, columns: list[str], cells: list[str]) -> Line:
    values = dict(zip(columns, cells, strict=False))
    username = User.normalize_username(values.get("username", ""))
    if len(cells) != len(columns):
        problem = (
            f"This line has {len(cells)} cells, and the first line names {len(columns)} columns. "
            "Put quotation marks around a cell that contains the mark between cells."
        )
        return Line(number, username, problem=problem)
    problem = "" if username else "The username is missing."
    bad = next((name for name, value in values.items() if value and not value.isprintable()), None)
    if bad:
        problem = f"The {bad} contains a line break or another control character."
    return Line(
        number=number,
        username=username,
        email=User.objects.normalize_email(values.get("email", "")),
        first_name=values.get("first_name", ""),
        last_name=values.get("last_name", ""),
        role=values.get("role", "").lower(),
        sections=_names(values.get("sections", "")),
        labels=_names(values.get("labels", "")),
        problem=problem,
    )


def _names(cell: str) -> tuple[str, ...] | None:
    """Return the names in a cell: None for an empty one, which changes nothing; nothing for a dash."""
    if not cell:
        return None
    if cell == NONE:
        return ()
    return tuple(dict.fromkeys(name.strip() for name in cell.split(BETWEEN) if name.strip()))
