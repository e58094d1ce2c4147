"""Hostile numbers: what JSON, Python or numpy would take for a number, and what no network should get."""

from tests.hostile.cases import XOR_REST, Case, answer, check

FIELD = "weights.2.bias[0]"
BOUND = "1,000,000"

NOT_FINITE = {
    "nan": "NaN", "infinity": "Infinity", "minus infinity": "-Infinity", "1e400": "1e400", "-1e400": "-1e400",
    "1 followed by e99999": "1e99999",
}  # fmt: skip
TOO_LARGE = {
    "1e308": "1e308", "-1e308": "-1e308", "largest float": "1.7976931348623157e308",
    "a million and one": "1000001", "just over a million": "1000000.0000001",
    "2 to the 63": "9223372036854775808", "90 digits": "9" * 90,
}  # fmt: skip
TOO_LONG = {
    "5000 digits": "1" * 5000, "4299 digits": "-" + "9" * 4299, "101 digits": "1" * 101,
    "5000 decimals": "0." + "1" * 5000, "exponent of 200 digits": "1e-" + "9" * 200,
}  # fmt: skip
NO_JSON = {
    "bare arabic digits": "٢٠", "bare full-width digits": "２０", "hexadecimal": "0x10",
    "underscore": "1_000",
    "plus sign": "+1", "no digit before the point": ".5", "no digit behind it": "1.", "two signs": "--1",
    "leading zero": "01", "bare exponent": "1e", "lower-case nan": "nan", "inf": "inf", "complex": "1+2j",
    "undefined": "undefined", "a fraction": "1/2", "a call": "__import__('os')", "semicolon": "1;5",
}  # fmt: skip
NO_NUMBER = {
    "true": ("true", "not true"), "false": ("false", "not false"), "null": ("null", "not null"),
    "a number as text": ('"20"', "not text"), "arabic digits as text": ('"٢٠"', "not text"),
    "nan as text": ('"NaN"', "not text"), "empty text": ('""', "not text"),
    "a list": ("[1]", "not a list"), "an empty list": ("[]", "not a list"),
    "an object": ("{}", "not an object"), "a formula": ('"=1+1"', "not text"),
    "markup": ('"<script>alert(1)</script>"', "not text"),
}  # fmt: skip
TAKEN = {
    "the smallest denormal": "5e-324", "a denormal": "-2e-310", "minus zero": "-0.0", "1e-400": "1e-400",
    "exactly a million": "1000000", "minus a million": "-1e6", "a hundred digits": "0." + "3" * 98,
}  # fmt: skip
BACKPROP = ("h1", "h2", "y", "delta", "d5", "d6", "d1", "d2", "d3", "d4", *(f"new{n}" for n in range(1, 7)))


def xor_with(literal: str) -> str:
    return '{"weights": {' + XOR_REST + ', "2.bias": [' + literal + "]}}"


def gates_with(literal: str) -> str:
    others = ["or", "andnot", "nor", "not", "majority", "four"]
    rest = "".join(f', "{gate}": {{"threshold": 1, "inhibitory": []}}' for gate in others)
    first = '{"gates": {"and": {"threshold": ' + literal + ', "inhibitory": []}'
    return first + rest + '}, "choices": {"possible": "nor"}}'


def steps_with(literal: str) -> str:
    rest = ", ".join(f'"{name}": 0' for name in BACKPROP[1:])
    return '{"values": {"h1": ' + literal + ", " + rest + "}}"


CASES: list[Case] = [
    *(
        answer(f"weight: {name}", xor_with(text), "not a finite number", field=f"answer.{FIELD}")
        for name, text in NOT_FINITE.items()
    ),
    *(answer(f"weight: {name}", xor_with(text), BOUND, field=FIELD) for name, text in TOO_LARGE.items()),
    *(
        answer(f"weight: {name}", xor_with(text), "characters; at most 100", field=f"answer.{FIELD}")
        for name, text in TOO_LONG.items()
    ),
    *(
        answer(f"weight: {name}", xor_with(text), "not valid JSON", field="")
        for name, text in NO_JSON.items()
    ),
    *(
        answer(f"weight: {name}", xor_with(text), words, field=FIELD)
        for name, (text, words) in NO_NUMBER.items()
    ),
    *(answer(f"weight: {name}", xor_with(text), score=20) for name, text in TAKEN.items()),
    *(
        answer(f"threshold: {name}", gates_with(text), words, "mp-gates", field="gates.and.threshold")
        for name, (text, words) in NO_NUMBER.items()
    ),
    answer("threshold: 1e308", gates_with("1e308"), BOUND, "mp-gates", field="gates.and.threshold"),
    answer("threshold: minus a million", gates_with("-1e6"), "always fires", "mp-gates", score=26),
    answer("threshold: a denormal", gates_with("5e-324"), exercise="mp-gates", score=26),
    answer("numbers: true", steps_with("true"), "not true", "backprop-step", field="values.h1"),
    answer("numbers: text", steps_with('"0.85"'), "not text", "backprop-step", field="values.h1"),
    answer("numbers: 1e308", steps_with("1e308"), BOUND, "backprop-step", field="values.h1"),
    answer("numbers: nan", steps_with("NaN"), "finite", "backprop-step", field="answer.values.h1"),
    answer("numbers: a denormal", steps_with("5e-324"), "not right", "backprop-step", score=0),
    answer("numbers: a million", steps_with("1e6"), "1000000 is not right", "backprop-step", score=0),
    check("check: nan", xor_with("NaN"), "not a finite number", field=f"answer.{FIELD}"),
    check("check: 1e308", xor_with("1e308"), BOUND, field=FIELD),
    check("check: null", xor_with("null"), "not null", field=FIELD),
]
