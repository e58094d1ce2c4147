"""Read an untrusted answer, decoded from strict JSON, piece by piece with every problem collected.

numpy turns true, "1" and null into numbers, so it is kept away from what a student sends until that has
been looked at.
"""

from collections.abc import Collection

from engine.strict_json import MAX_PROBLEMS, Problem, Refused, join_path, kind_of, shorten

MAX_NUMBER = 1e6

AnswerRefused = Refused


class Reader:
    """Take an untrusted value apart and collect every problem on the way.

    After a problem the methods return something harmless (nothing, zero), so reading can go on; call
    `finish` before using what was read.
    """

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def refuse(self, field: str, value: object, limit: str, message: str) -> None:
        """Note a problem."""
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(Problem(field, shorten(value), limit, message))

    def finish(self) -> None:
        """Raise AnswerRefused if anything was noted."""
        if self._problems:
            raise AnswerRefused(self._problems)

    def read_object(self, value: object, field: str, keys: Collection[str]) -> dict[str, object]:
        """Read an object that must have exactly these keys; return those of them that are there."""
        if not isinstance(value, dict):
            self.refuse(
                field, value, f"an object with {_list_words(keys)}", f"{_name(field)} must be a JSON object."
            )
            return {}
        for key in keys:
            if key not in value:
                limit = f"one of {_list_words(keys)}"
                self.refuse(join_path(field, key), None, limit, f"“{key}” is missing.")
        for key in value:
            if key not in keys:
                message = f"“{shorten(key)}” is not expected here; known names are {_list_words(keys)}."
                self.refuse(join_path(field, key), value[key], f"one of {_list_words(keys)}", message)
                if len(self._problems) >= MAX_PROBLEMS:
                    break
        return {key: value[key] for key in keys if key in value}

    def read_list(self, value: object, field: str, max_length: int) -> list[object]:
        """Read a list of at most max_length items."""
        if not isinstance(value, list):
            self.refuse(field, value, "a list", f"{_name(field)} must be a list.")
            return []
        if len(value) > max_length:
            self.refuse(
                field, value, f"at most {max_length} items", f"{_name(field)} has {len(value)} items."
            )
            return []
        return value

    def read_numbers(self, value: object, field: str, shape: tuple[int, ...]) -> object:
        """Read nested lists of finite numbers of exactly this shape."""
        if not shape:
            return self.read_number(value, field)
        limit = f"shape {' x '.join(map(str, shape))}"
        if not isinstance(value, list):
            self.refuse(
                field, value, limit, f"{_name(field)} must be a list of {shape[0]}, not {kind_of(value)}."
            )
            return []
        if len(value) != shape[0]:
            message = f"{_name(field)} must hold {shape[0]} and holds {len(value)}."
            self.refuse(field, value, limit, message)
            return []
        return [self.read_numbers(item, f"{field}[{index}]", shape[1:]) for index, item in enumerate(value)]

    def read_number(self, value: object, field: str) -> int | float:
        """Read one finite number of size at most a million; whole numbers come back as int."""
        limit = f"a number from \N{MINUS SIGN}{MAX_NUMBER:,.0f} to {MAX_NUMBER:,.0f}"
        if type(value) is not int and type(value) is not float:
            self.refuse(field, value, limit, f"{_name(field)} must be a number, not {kind_of(value)}.")
            return 0
        if not -MAX_NUMBER <= value <= MAX_NUMBER:
            self.refuse(field, value, limit, f"{_name(field)} is {shorten(value)}; it must be {limit}.")
            return 0
        return int(value) if value == int(value) else value


def _name(field: str) -> str:
    return field or "The answer"


def _list_words(words: Collection[str]) -> str:
    return ", ".join(words)
