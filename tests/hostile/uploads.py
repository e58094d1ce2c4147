"""Hostile uploads: every hostile file of weights, and what is wrong with names, sizes and the envelope."""

import base64
import json
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.hostile import archives, tensors, trainings
from tests.hostile.cases import CSRF, SUBMISSIONS, XOR, Case, Sent, Who
from tests.hostile.encodings import Payload

BOUNDARY = "x"
MARKUP = "<script>alert('hostile')</script>"
FORMULA = "=cmd|' /C calc'!A0"
GOOD = archives.npz()
STATE = json.dumps(json.loads(XOR)["weights"])
MEGABYTE = 1024 * 1024
ENDING = "a name ending in"
LONG_NAME = "exercises/grading/files.py: the ending of a long name is cut off with the rest of it"
CHECK, PAGE = "/api/v1/exercises/xor-weights/check/", "/exercises/xor-weights/"

Part = tuple[str, bytes]


def field(name: str, value: str | bytes) -> Part:
    return f'form-data; name="{name}"', value if isinstance(value, bytes) else value.encode()


def file(data: bytes, name: str = "weights.npz", more: str = "") -> Part:
    return f'form-data; name="file"; filename="{name}"{more}', data


def enveloped(*parts: Part, path: str = SUBMISSIONS, who: Who = "token", chunked: bool = False) -> Sent:
    """Parts in a multipart body; their headers are written as they are given, however wrong."""
    body = b"".join(
        b"--x\r\nContent-Disposition: %s\r\n\r\n%s\r\n" % (header.encode(), content)
        for header, content in parts
    )
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return Sent(path, body + b"--x--\r\n", kind, who=who, chunked=chunked)


def to_api(data: bytes, name: str, exercise: str = "xor-weights") -> Sent:
    return enveloped(field("exercise", exercise), file(data, name))


def to_form(data: bytes, name: str) -> Sent:
    return enveloped(field("csrfmiddlewaretoken", CSRF), file(data, name), path=PAGE, who="session")


def refused(name: str, make: Callable[[], bytes], words: str, called: str, **kept: Any) -> Case:
    """A file that the API refuses, and says why."""
    kept = {"code": "answer_refused"} | kept
    return Case(f"file: {name}", lambda: to_api(make(), called), 422, words, **kept)


def named(name: str, called: str, words: str = "", **kept: Any) -> Case:
    """The right answer, under a hostile name."""
    expected = {"status": 202, "score": 100} | kept
    return Case(f"file name: {name}", partial(to_api, GOOD, called), words=words, **expected)


def envelope(name: str, make: Callable[[], Sent], status: int, words: str = "", **kept: Any) -> Case:
    return Case(f"upload: {name}", make, status, words, **kept)


def configured(**changed: Any) -> bytes:
    return json.dumps(trainings.GOOD | changed).encode()


JSON_FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nan in json": (STATE.replace("-30", "NaN").encode, "not a finite number"),
    "1e308 in json": (STATE.replace("-30", "1e308").encode, "1,000,000"),
    "a repeated key in json": (lambda: b'{"0.bias": 1, "0.bias": 2}', "appears twice"),
    "deep json": (lambda: b"[" * 100_000, "more than 32 levels"),
    "300 kB of json": (lambda: b"[" + b"0," * 150_000 + b"0]", "more than 262144 bytes"),
    "4 MB of empty lists": (lambda: b"[" + b"[]," * 1_300_000 + b"[]]", "more than 262144 bytes"),
    "json in utf-16": (lambda: STATE.encode("utf-16"), "not UTF-8"),
    "json behind a mark": (lambda: b"\xef\xbb\xbf" + STATE.encode(), "byte order mark"),
    "a pickle called json": (lambda: pickle.dumps(Payload()), "not UTF-8"),
    "an npz called json": (lambda: GOOD, "not UTF-8"),
    "html called json": (MARKUP.encode, "not valid JSON"),
    "a list in json": (lambda: b"[]", "must be a JSON object"),
    "__proto__ in json": (lambda: b'{"__proto__": {}}', "not expected"),
}
MISNAMED: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "json called npz": (STATE.encode, "a.npz", "not an npz file"),
    "safetensors called npz": (lambda: tensors.GOOD, "a.npz", "not an npz file"),
    "npz called safetensors": (lambda: GOOD, "a.safetensors", "not a safetensors file"),
    "json called safetensors": (STATE.encode, "a.safetensors", "not a safetensors file"),
    "a pickle called npz": (lambda: pickle.dumps(Payload()), "a.npz", "not an npz file"),
    "a pickle called pt": (lambda: pickle.dumps(Payload()), "a.pt", ENDING),
    "an npz called py": (lambda: GOOD, "a.py", ENDING),
    "an npz called npz.exe": (lambda: GOOD, "a.npz.exe", ENDING),
    "an npz without an ending": (lambda: GOOD, "weights", ENDING),
    "an ending with markup": (lambda: GOOD, f"a.{MARKUP}", ENDING),
    "one byte too many": (lambda: GOOD + bytes(5_000_001 - len(GOOD)), "a.npz", "larger than 5,000,000"),
    "five megabytes of nothing": (lambda: bytes(5_000_000), "a.npz", "not an npz file"),
    "five megabytes of zip headers": (lambda: b"PK\x01\x02" * 1_250_000, "a.npz", "1250000 members"),
    "five megabytes of brackets": (lambda: b"[" * 5_000_000, "a.json", "more than 262144 bytes"),
}  # fmt: skip
TOKEN = field("csrfmiddlewaretoken", CSRF)
EXERCISE = field("exercise", "xor-weights")

CASES: list[Case] = [
    *(refused(f"npz: {n}", make, words, "a.npz") for n, (make, words) in archives.ARCHIVES.items()),
    *(
        refused(f"safetensors: {n}", make, words, "a.safetensors")
        for n, (make, words) in tensors.FILES.items()
    ),
    *(refused(name, make, words, "a.json") for name, (make, words) in JSON_FILES.items()),
    *(refused(name, make, words, called) for name, (make, called, words) in MISNAMED.items()),
    *(
        Case(f"file: npz: {name} is taken", lambda make=make: to_api(make(), "a.npz"), 202, score=100)
        for name, make in archives.TAKEN.items()
    ),
    *(
        Case(
            f"file: safetensors: {name} is taken",
            lambda make=make: to_api(make(), "a.safetensors"),
            202,
            score=100,
        )
        for name, make in tensors.TAKEN.items()
    ),
    *(
        Case(f"file in the form: {name}", lambda make=make: to_form(make(), "a.npz"), 422, words)
        for name, (make, words) in archives.ARCHIVES.items()
        if name.startswith(("1 MB", "a size", "a pickle", "60,000", "a member with markup"))
    ),
    Case("file in the form: an ending with markup", partial(to_form, GOOD, f"a.{MARKUP}"), 422, ENDING),
    Case("file in the form: a name with markup", partial(to_form, GOOD, f"{MARKUP}.npz"), 302, score=100),
    Case("file in the form: empty", partial(to_form, b"", "a.npz"), 422),
    named("markup", f"{MARKUP}.npz"),
    named("a formula", f"{FORMULA}.npz"),
    named("path traversal", "../../../etc/passwd.npz"),
    named("a path of Windows", "C:\\\\Windows\\\\system32\\\\weights.npz"),
    named("right to left", "\u202egnp.npz"),
    named("capitals", "WEIGHTS.NPZ"),
    named("nothing but an ending", "npz"),
    named("300 letters", "n" * 300 + ".npz"),
    named("10,000 letters", "n" * 10_000 + ".npz", status=400, score=None),
    named("a line separator", "a\u2028b.npz"),
    named("an apostrophe and sql", "'; DROP TABLE exercises_submission; --.npz"),
    Case(
        "file name: written by RFC 5987",
        lambda: enveloped(EXERCISE, file(GOOD, "a.npz", "; filename*=UTF-8''%3Cscript%3E%0d%0a.npz")),
        202,
        score=100,
    ),
    envelope("an npz for gates", partial(to_api, GOOD, "a.npz", "mp-gates"), 422, ENDING),
    envelope(
        "a billion epochs", lambda: to_api(configured(epochs=10**9), "a.json", "xor-train"), 422, "at most"
    ),
    envelope("an npz for a training", partial(to_api, GOOD, "a.npz", "xor-train"), 422, ENDING),
    envelope("empty", partial(to_api, b"", "a.npz"), 422, "empty", field="file"),
    envelope("no file", lambda: enveloped(EXERCISE), 422, "file", field="file"),
    envelope("text for a file", lambda: enveloped(EXERCISE, field("file", "{}")), 422, "file", field="file"),
    envelope("no exercise", lambda: enveloped(file(GOOD)), 422, "required", field="exercise"),
    envelope("an exercise with markup", lambda: to_api(GOOD, "a.npz", MARKUP), 422, field="exercise"),
    envelope("an exercise of 2 MB", lambda: to_api(GOOD, "a.npz", "x" * 2_000_000), 400),
    envelope("two files", lambda: enveloped(EXERCISE, file(b"{}", "a.json"), file(GOOD)), 202, score=100),
    envelope("200 files", lambda: enveloped(EXERCISE, *[file(b"{}", "a.json")] * 200), 400),
    envelope("2,000 fields", lambda: enveloped(EXERCISE, *[field("a", "b")] * 2_000, file(GOOD)), 400),
    envelope("7 MB", lambda: to_api(bytes(7 * MEGABYTE), "a.npz"), 400),
    envelope("7 MB in the form", lambda: to_form(bytes(7 * MEGABYTE), "a.npz"), 400),
    envelope(
        "20 MB to the check", lambda: enveloped(file(bytes(20 * MEGABYTE)), path=CHECK, who="nobody"), 400
    ),
    envelope(
        "a bomb to the check",
        lambda: enveloped(file(archives.bomb(1024 * MEGABYTE)), path=CHECK, who="nobody"),
        422,
        "is missing",
    ),
    envelope("without a length", lambda: enveloped(EXERCISE, file(GOOD), chunked=True), 422, "required"),
    envelope(
        "base64",
        lambda: enveloped(
            EXERCISE, file(base64.b64encode(GOOD), more="\r\nContent-Transfer-Encoding: base64")
        ),
        202,
        score=100,
    ),
    envelope(
        "broken base64",
        lambda: enveloped(EXERCISE, file(b"\xff!" * 99, more="\r\nContent-Transfer-Encoding: base64")),
        400,
    ),
    envelope(
        "headers of 100 kB", lambda: enveloped(EXERCISE, file(GOOD, more="\r\nX: " + "y" * 100_000)), 400
    ),
    envelope("a file without a CSRF token", lambda: enveloped(file(GOOD), path=PAGE, who="session"), 403),
]
