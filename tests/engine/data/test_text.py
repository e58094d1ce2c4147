"""The bundled text: its alphabet, and windows that ask for the next character."""

import numpy as np
import pytest

from engine.data import load
from engine.data.text import ALPHABET, decode, encode, read_text


def test_the_text_uses_all_of_34_symbols_and_is_long_enough() -> None:
    text = read_text()

    assert len(ALPHABET) == 34
    assert set(text) == set(ALPHABET)
    assert len(text) == 28_312


def test_symbols_and_characters_are_each_others_reverse() -> None:
    text = read_text()

    assert decode(encode(text)) == text
    assert encode("\n az").tolist() == [0, 1, 8, 33]
    assert encode("").tolist() == []


def test_a_character_outside_the_alphabet_is_named() -> None:
    with pytest.raises(ValueError, match="the alphabet has no 'A'"):
        encode("An")


def test_each_target_is_the_character_after_its_input() -> None:
    text, data = read_text(), load("text", length=10, stride=4)

    assert decode(data.x_train[0]) == text[:10]
    assert decode(data.x_train[3]) == text[12:22]
    assert decode(data.y_train[3]) == text[13:23]
    assert (data.x_train[:, 1:] == data.y_train[:, :-1]).all()
    assert (data.symbols, data.classes) == (34, 34)


def test_the_last_tenth_is_to_test_on_side_by_side() -> None:
    text, data = read_text(), load("text")
    border = len(text) * 9 // 10

    tested = "".join(decode(row) for row in data.x_test)

    assert text[border:].startswith(tested)
    assert len(text) - border - len(tested) <= 33
    last = (len(data.x_train) - 1) * 8
    assert decode(data.y_train[-1]) == text[last + 1 : last + 33]
    assert border - 8 < last + 33 <= border


def test_a_bigram_table_of_the_training_part_costs_this_much_on_the_test_part() -> None:
    """The baseline that a character model must beat: counts with 1 added to each."""
    symbols = encode(read_text())
    border = len(symbols) * 9 // 10
    counts = np.ones((34, 34))
    np.add.at(counts, (symbols[: border - 1], symbols[1:border]), 1)

    cost = (
        np.log(counts.sum(axis=1))[symbols[border:-1]]
        - np.log(counts)[symbols[border:-1], symbols[border + 1 :]]
    )

    assert cost.mean() == pytest.approx(2.3652131631276734, rel=1e-12)
