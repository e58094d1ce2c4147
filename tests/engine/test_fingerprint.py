"""The hash of this machine's arithmetic."""

import re

from engine.fingerprint import fingerprint


def test_the_fingerprint_is_short_and_repeats() -> None:
    first = fingerprint()

    assert re.fullmatch(r"[0-9a-f]{16}", first)
    assert fingerprint() == first
