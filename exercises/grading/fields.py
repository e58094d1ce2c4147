"""The HTML form of an answer: its fields, and numbers typed into them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from exercises.grading.parsing import Reader

MAX_TYPED = 40
WRITTEN_OUT = 1e-6
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")

Fields = Mapping[str, list[str]]


@dataclass(frozen=True)
class Field:
    """One input of the form; its name is the JSON path of the value."""

    name: str
    label: str
    type: Literal["number", "checkboxes", "radio", "select", "textarea"]
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FieldGroup:
    """Inputs that belong together under one legend."""

    title: str
    note: str
    fields: tuple[Field, ...]


def read_typed_number(reader: Reader, fields: Fields, name: str, label: str) -> int | float:
    """Read the number typed into a field; a minus sign copied from the lesson's text is understood."""
    typed = fields.get(name, [])
    text = typed[0].strip().replace("\N{MINUS SIGN}", "-") if len(typed) == 1 else ""
    if not text:
        reader.refuse(name, typed[0] if typed else None, "one number", f"{label}: type a number.")
        return 0
    if len(text) > MAX_TYPED or not NUMBER.fullmatch(text):
        reader.refuse(
            name,
            text,
            "a number such as -1.5",
            f"{label}: “{text[:MAX_TYPED]}” is not a number. {_advice(text)}",
        )
        return 0
    return int(text) if text.lstrip("+-").isdigit() else float(text)


def show_number(number: float) -> str:
    """Write a number so that reading it back gives the same value; whole numbers without a point.

    Small ones such as 0.00001 are written out: not every student reads 1e-05.
    """
    if number == int(number):
        return str(int(number))
    text = repr(float(number))
    return format(Decimal(text), "f") if abs(number) >= WRITTEN_OUT else text


def _advice(text: str) -> str:
    return "Use a point for decimals." if "," in text else "Write it like -1.5 or 20."
