"""Make the files of engine/data/files, and print the hashes for the table in engine/data/bundled.py.

Run before a release, `python -m bench.make_bundled_data`. The digits come from scikit-learn; the text is our
own and is written by hand, so it is only checked. The same inputs and the same zlib give the same bytes.
"""

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

from engine.data import bundled
from engine.data.text import ALPHABET

FOLDER = Path(bundled.__file__).parent / "files"
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def main() -> None:
    """Write the digits, check the text, and tell which hash is new."""
    source = load_digits()
    arrays = {"images": source.images.astype(np.uint8), "labels": source.target.astype(np.uint8)}
    (FOLDER / "digits.npz").write_bytes(packed(arrays))
    check_text((FOLDER / "text.txt").read_bytes().decode("ascii"))
    for name, known in bundled.FILES.items():
        content = (FOLDER / name).read_bytes()
        found = hashlib.sha256(content).hexdigest()
        print(f'    "{name}": "{found}",  # {len(content)} bytes{"" if found == known else ", NEW"}')


def packed(arrays: dict[str, np.ndarray]) -> bytes:
    """Write an npz as np.savez_compressed does, but with the time of no clock in it."""
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            archive.writestr(entry, member.getvalue(), compresslevel=9)
    return result.getvalue()


def check_text(text: str) -> None:
    """Refuse a text with other symbols than the alphabet's, or without one of them."""
    if set(text) != set(ALPHABET):
        raise SystemExit(f"text.txt: {sorted(set(text) ^ set(ALPHABET))} should or should not be there")


if __name__ == "__main__":
    main()
