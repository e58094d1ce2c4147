"""Rosters as files: many spellings of the same table, and refusals that say what to do."""

import pytest

from lessons.services.roster_file import MOST_BYTES, RosterUnreadable, decode_roster, read_roster

ONE = "username,email,sections\nanna,anna@example.org,Tuesday | Thursday\n"


@pytest.mark.parametrize(
    "data",
    [
        ONE.encode(),
        b"\xef\xbb\xbf" + ONE.encode(),
        ONE.replace(",", ";").encode(),
        ONE.replace(",", "\t").encode(),
        ONE.replace("\n", "\r\n").encode(),
        b'"Username","E' + b'MAIL","Sections"\r\n"anna","anna@example.org","Tuesday|Thursday"',
        b"\n" + ONE.encode() + b"\n,,\n",
        b"email,username,sections\nanna@example.org, anna ,Tuesday|Thursday",
    ],
)
def test_the_same_table_in_many_spellings(data: bytes) -> None:
    (line,) = read_roster(decode_roster(data))

    assert (line.username, line.email, line.sections, line.labels, line.problem) == (
        "anna",
        "anna@example.org",
        ("Tuesday", "Thursday"),
        None,
        "",
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"username\n", "No person"),
        (b"name,email\nx,y", "names a column 'name'"),
        (b"email\nx@example.org", "no column username"),
        (b"username,username\na,b", "twice"),
        (b"username\n\xff\xfa", "is not UTF-8"),
        ("username\nanna".encode("utf-16"), "UTF-16"),
        (b'username,email\n"anna,x\nbo,y', "Line 2 cannot be read"),
        (b"x" * (MOST_BYTES + 1), "bytes; at most"),
        (b"username\n" + b"".join(b"a%d\n" % n for n in range(5_001)), "at most 5,000"),
    ],
)
def test_an_unreadable_file_says_why(data: bytes, says: str) -> None:
    with pytest.raises(RosterUnreadable, match=says):
        read_roster(decode_roster(data))


def test_a_bad_line_is_named_and_hides_no_other() -> None:
    text = 'username,first_name\nanna,Anna\nbo,B,o\n,Carla\n"dan","D\nan"\neva,Eva\n'

    lines = read_roster(text)

    assert [(line.number, line.username, bool(line.problem)) for line in lines] == [
        (2, "anna", False),
        (3, "bo", True),
        (4, "", True),
        (5, "dan", True),
        (7, "eva", False),
    ]
    assert "3 cells" in lines[1].problem


def test_a_dash_takes_all_sections_away_and_an_empty_cell_changes_nothing() -> None:
    first, second = read_roster("username,sections\nanna,-\nbo,\n")

    assert (first.sections, second.sections) == ((), None)
