"""Hostile shapes and keys: the right numbers in the wrong places, under wrong and dangerous names."""

import json

from tests.hostile.cases import XOR, Case, answer, check

MARKUP = "<script>alert('hostile')</script>"
FORMULA = "=cmd|' /C calc'!A0"
LONG_KEY = "k" * 100_000
RIGHT_TO_LEFT = "\u202eweights"
GOOD = json.loads(XOR)["weights"]
ZEROS = {"0.weight": [[0, 0], [0, 0]], "0.bias": [0, 0], "2.weight": [[0, 0]], "2.bias": [0]}


def xor(**changed: object) -> str:
    """The right answer with some entries changed; None takes one away."""
    return json.dumps(
        {"weights": {key: value for key, value in {**GOOD, **changed}.items() if value is not None}}
    )


def with_key(key: str, value: object = 1) -> str:
    return xor(**{key: value})


def choice(value: object) -> str:
    return json.dumps({"choices": {"rows": "fires", "possible": value}})


WEIGHT = "weights.0.weight"
SHAPES: dict[str, tuple[object, str, str]] = {
    "flat": ([20, 20, -20, -20], WEIGHT, "must hold 2 and holds 4"),
    "transposed": ([[20, 20]], WEIGHT, "must hold 2 and holds 1"),
    "ragged": ([[20, 20], [-20]], f"{WEIGHT}[1]", "must hold 2 and holds 1"),
    "one row too many": ([[20, 20]] * 3, WEIGHT, "must hold 2 and holds 3"),
    "one level too deep": ([[[20], [20]], [[1], [1]]], f"{WEIGHT}[0][0]", "must be a number, not a list"),
    "empty": ([], WEIGHT, "must hold 2 and holds 0"),
    "empty rows": ([[], []], f"{WEIGHT}[0]", "must hold 2 and holds 0"),
    "an object with indexes": ({"0": [20, 20], "1": [1, 1]}, WEIGHT, "must be a list of 2, not an object"),
    "text that iterates": ("ab", WEIGHT, "must be a list of 2, not text"),
    "one number": (20, WEIGHT, "must be a list of 2"),
    "false": (False, WEIGHT, "must be a list of 2, not false"),
    "80,000 numbers": ([0] * 80_000, WEIGHT, "must hold 2 and holds 80000"),
    "20,000 empty lists": ([[]] * 20_000, WEIGHT, "must hold 2 and holds 20000"),
    "30 levels": (json.loads("[" * 29 + "]" * 29), WEIGHT, "must hold 2 and holds 1"),
}
KEYS: dict[str, tuple[str, str]] = {
    "__proto__": ("__proto__", "__proto__"),
    "constructor": ("constructor", "constructor"),
    "__class__": ("__class__", "__class__"),
    "toString": ("toString", "toString"),
    "dotted": ("0.weight.0", "0.weight.0"),
    "empty": ("", "“”"),
    "blank": (" ", "“ ”"),
    "with a line break": ("0.weight\n", "0.weight\N{REPLACEMENT CHARACTER}"),
    "with markup": (MARKUP, MARKUP),
    "with a formula": (FORMULA, FORMULA),
    "right to left": (RIGHT_TO_LEFT, "\N{REPLACEMENT CHARACTER}weights"),
    "of 100,000 letters": (LONG_KEY, "k" * 77 + "..."),
    "full-width digits": ("０.weight", "０.weight"),
    "path": ("../../etc/passwd", "../../etc/passwd"),
    "format string": ("%s%n{0.__class__}", "%s%n{0.__class__}"),
}
NO_ANSWER = {"a list": "[]", "text": '"x"', "a number": "1", "true": "true"}

CASES: list[Case] = [
    *(
        answer(f"shape: {name}", xor(**{"0.weight": value}), words, field=field)
        for name, (value, field, words) in SHAPES.items()
    ),
    *(
        answer(
            f"key: {name}", with_key(key), words, field=f"weights.{words}" if words[0] not in "“" else None
        )
        for name, (key, words) in KEYS.items()
    ),
    *(
        answer(f"answer is {name}", raw, "answer: Expected a dictionary", code="invalid", field="answer")
        for name, raw in NO_ANSWER.items()
    ),
    answer("answer is null", "null", "may not be null", code="invalid", field="answer"),
    answer("answer is empty", "{}", "“weights” is missing", field="weights"),
    answer("weights are null", '{"weights": null}', "must be a JSON object", field="weights"),
    answer("weights within weights", '{"weights": {"weights": {}}}', "“0.weight” is missing"),
    answer("a missing entry", xor(**{"2.bias": None}), "“2.bias” is missing", field="weights.2.bias"),
    answer("an extra entry at the top", XOR[:-1] + ', "seed": 1}', "not expected", field="seed"),
    answer("a repeated key", XOR[:-1] + ', "weights": {}}', "appears twice", field="answer.weights"),
    answer(
        "a repeated entry",
        XOR[:-2] + ', "2.bias": [1]}}',
        "appears twice",
        field="answer.weights.2.bias",
    ),
    answer(
        "a key repeated in other letters",
        XOR[:-2] + ', "2.bia\\u0073": [1]}}',
        "appears twice",
        field="answer.weights.2.bias",
    ),
    answer("10,000 unknown keys", json.dumps({f"k{n}": n for n in range(10_000)}), "not expected"),
    answer("10,000 unknown entries", xor(**{f"k{n}": n for n in range(10_000)}), "not expected"),
    answer("a NUL in a key", with_key("0.weight\0"), "NUL or half a character"),
    answer("half a character in a key", XOR[:-2] + ', "\\ud800": 1}}', "NUL or half a character"),
    answer(
        "half a character in a value", xor(x="\ud83d"), "NUL or half a character", field="answer.weights.x"
    ),
    answer("the answer of another kind", '{"threshold": 2, "inhibitory": []}', "“weights” is missing"),
    answer("weights for a choice", XOR, "not expected here", "mp-possible", field="weights"),
    answer(
        "choice: unknown option", choice(["<b>"]), "pick one of", "mp-possible", field="choices.possible[0]"
    ),
    answer("choice: a number", choice([1]), "pick one of", "mp-possible", field="choices.possible[0]"),
    answer("choice: twice the same", choice(["and", "and"]), "named twice", "mp-possible"),
    answer("choice: none", choice([]), "at least one", "mp-possible", field="choices.possible"),
    answer(
        "choice: text for a list", choice("and"), "must be a list", "mp-possible", field="choices.possible"
    ),
    answer("choice: 20,000 options", choice(["and"] * 20_000), "20000 items", "mp-possible"),
    answer("choice: an object", choice({"and": True}), "must be a list", "mp-possible"),
    answer("choice: a lone value", '{"choice": "nor"}', "“choices” is missing", "mp-possible"),
    answer("repair: all zeros", json.dumps({"weights": ZEROS}), exercise="xor-repair", score=0),
    answer("repair: an entry too many", with_key("__proto__", {}), "not expected", "xor-repair"),
    check("check: __proto__", with_key("__proto__", {"polluted": True}), "not expected"),
    check("check: a key with markup", with_key(MARKUP), MARKUP),
]
