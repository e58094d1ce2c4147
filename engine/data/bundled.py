"""The files that come with the package, each checked against its SHA-256 before it is used.

`python -m bench.make_bundled_data` makes and checks them; a new file needs its new hash here.
"""

import hashlib
from importlib import resources

FILES = {
    "digits.npz": "b3b9c8cc11d765ce4264d8748bf3edbafa5038d91c93cf713ddbd6ae8652b410",
    "text.txt": "a57c3198e6482c6472fed2860da45ccfef02c63342d8a0ff5054583809ce0eee",
}


class DamagedFile(ValueError):
    """A bundled file that is not the one this version came with."""


def read_bundled(name: str) -> bytes:
    """Read a bundled file; DamagedFile when its bytes are others, KeyError when there is no such file."""
    expected = FILES[name]
    content = resources.files("engine.data").joinpath("files", name).read_bytes()
    verify(name, content, expected)
    return content


def verify(name: str, content: bytes, expected: str) -> None:
    """Compare SHA-256(content) with what it should be; DamagedFile says both."""
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise DamagedFile(
            f"the bundled file {name} is damaged: its SHA-256 is {found}, not {expected}; install again"
        )
