"""Bundled files: checked before they are used, small, and made again to the same content."""

import io
import shutil
from pathlib import Path

import numpy as np
import pytest

from bench.make_bundled_data import check_text, packed
from engine.data import bundled
from engine.data.bundled import FILES, DamagedFile, read_bundled, verify

FOLDER = Path(bundled.__file__).parent / "files"


def test_every_bundled_file_is_in_the_table_and_small() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(FILES)
    assert all(len(read_bundled(name)) < 60_000 for name in FILES)


@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_is_refused_with_the_name_of_the_file(name: str) -> None:
    content = bytearray(read_bundled(name))
    content[len(content) // 2] ^= 1

    with pytest.raises(
        DamagedFile, match=f"the bundled file {name} is damaged: its SHA-256 is .*, not {FILES[name]}"
    ):
        verify(name, bytes(content), FILES[name])


def test_a_damaged_file_on_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(FOLDER, tmp_path / "files")
    (tmp_path / "files" / "text.txt").write_bytes(read_bundled("text.txt")[:-1])
    monkeypatch.setattr(bundled.resources, "files", lambda package: tmp_path)

    with pytest.raises(DamagedFile, match=r"text\.txt is damaged"):
        read_bundled("text.txt")
    assert read_bundled("digits.npz")


def test_a_file_that_is_not_bundled_has_no_name() -> None:
    with pytest.raises(KeyError, match=r"secrets\.txt"):
        read_bundled("secrets.txt")


def test_packing_the_digits_again_gives_the_same_arrays_and_no_time_of_day() -> None:
    with np.load(io.BytesIO(read_bundled("digits.npz"))) as arrays:
        contents = {name: arrays[name] for name in arrays.files}

    again = packed(contents)

    assert again == packed(contents)
    with np.load(io.BytesIO(again)) as arrays:
        assert all((arrays[name] == contents[name]).all() for name in contents)
    assert {name: array.dtype.str for name, array in contents.items()} == {"images": "|u1", "labels": "|u1"}


def test_a_text_with_a_strange_symbol_is_not_bundled() -> None:
    with pytest.raises(SystemExit, match="should or should not be there"):
        check_text("Abc")
