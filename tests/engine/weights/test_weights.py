"""Files of weights from strangers: read exactly, or refused with the entry and the reason."""

import io
import json
import pickle
import struct
import tracemalloc
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.layers.dense import Linear
from engine.layers.image import BatchNorm1d
from engine.module import Sequential
from engine.strict_json import Refused
from engine.weights import WeightsRefused, load, save

SHAPES = {"0.weight": (2, 3), "0.bias": (2,)}
STATE = {"0.weight": np.array([[0.1, -2.0, 3e-9], [4.0, 5.5, 1e6]]), "0.bias": np.array([0.25, -1 / 3])}
FORMATS = ("json", "npz", "safetensors")


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def npy(header: str, content: bytes = b"") -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


def tensors(header: object, body: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + body


def entry(dtype: str = "F64", shape: Any = (2,), offsets: Any = (0, 16)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


WEIGHT = entry(shape=[2, 3], offsets=[16, 64])


@pytest.mark.parametrize("form", FORMATS)
def test_a_state_comes_back_to_the_bit_and_saves_to_the_same_bytes(form: str) -> None:
    data = save(STATE, form)

    loaded = load(data, SHAPES)

    assert all(np.array_equal(loaded[name], STATE[name]) for name in STATE)
    assert {value.dtype for value in loaded.values()} == {np.dtype(np.float64)}
    assert save(loaded, form) == data


@pytest.mark.parametrize("form", ["npz", "safetensors"])
def test_float32_is_kept(form: str) -> None:
    state = {name: value.astype(np.float32) for name, value in STATE.items()}

    loaded = load(save(state, form), SHAPES)

    assert {value.dtype for value in loaded.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("form", FORMATS)
def test_a_model_of_ours_survives_its_file(form: str) -> None:
    model, twin = (
        Sequential(Linear(3, 4, generator=np.random.default_rng(seed)), BatchNorm1d(4)) for seed in (0, 1)
    )
    shapes = {name: entry.data.shape for name, entry in model.named_entries()}

    twin.load_state_dict(load(save(model.state_dict(), form), shapes))

    assert all(np.array_equal(value, twin.state_dict()[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize(
    ("body", "path", "words"),
    [
        (b'{"0.bias": [1, 2]}', "0.weight", "is missing"),
        (b'{"0.bias": [1, 2], "0.weight": [[1, 2, 3], [4, 5, 6]], "x": 1}', "x", "is not expected"),
        (b'{"0.bias": [1, 2], "0.weight": [[1, 2, 3], [4, 5]]}', "0.weight[1]", "a list of 3, not 2 of them"),
        (b'{"0.bias": [1, true], "0.weight": [[1, 2, 3], [4, 5, 6]]}', "0.bias[1]", "a number, not true"),
        (b'{"0.bias": [1, "0.1"], "0.weight": [[1, 2, 3], [4, 5, 6]]}', "0.bias[1]", "a number, not text"),
        (b'{"0.bias": [1, 1000001], "0.weight": [[1, 2, 3], [4, 5, 6]]}', "0.bias[1]", "at most 1,000,000"),
        (b'{"0.bias": [1, NaN], "0.weight": [[1, 2, 3], [4, 5, 6]]}', "0.bias[1]", "not a finite number"),
        (b'{"0.bias": [1, 1e400], "0.weight": [[1, 2, 3], [4, 5, 6]]}', "0.bias[1]", "not a finite number"),
        (b'{"0.bias": [1, 2], "0.bias": [1, 2]}', "0.bias", "appears twice"),
        (b'{"weights": 3}', "weights", "must be an object"),
        (b'{"0.bias":' + b"[" * 100_000, "", "commas and brackets"),
        (
            b'{"0.bias": [1, ' + b"9" * 90 + b'], "0.weight": [[1, 2, 3], [4, 5, 6]]}',
            "0.bias[1]",
            "at most 1,000,000",
        ),
        (b'{"0.bias": [1, ' + b"9" * 5000 + b"]}", "0.bias[1]", "5000 characters"),
        (npz(**{"0.bias": np.ones(2)}), "0.weight", "is missing"),
        (npz(**{"0.bias": np.ones(3), "0.weight": np.ones((2, 3))}), "0.bias", r"shape \(3,\), not \(2,\)"),
        (npz(**{"0.bias": np.ones(2), "0.weight": np.ones((3, 2))}), "0.weight", r"shape \(3, 2\)"),
        (npz(**{"0.bias": np.ones(2, np.float16), "0.weight": np.ones((2, 3))}), "0.bias", "f4 or f8"),
        (npz(**{"0.bias": np.ones(2, int), "0.weight": np.ones((2, 3))}), "0.bias", "type i8"),
        (npz(**{"0.bias": np.ones(2, complex), "0.weight": np.ones((2, 3))}), "0.bias", "type c16"),
        (npz(**{"0.bias": np.array([1, np.inf]), "0.weight": np.ones((2, 3))}), "0.bias[1]", "is inf"),
        (
            npz(**{"0.bias": np.array([1, None]), "0.weight": np.ones((2, 3))}),
            "0.bias",
            "type O|not an array",
        ),
        (zipped(("0.bias.npy", pickle.dumps(3)), ("0.weight.npy", b"")), "0.bias", "not an array"),
        (zipped(("../0.bias.npy", b""), ("0.weight.npy", b"")), "0.bias", "is missing"),
        (
            zipped(
                ("0.bias.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4000000000,)}")),
                ("0.weight.npy", b""),
            ),
            "0.bias",
            "4000000000",
        ),
        (
            zipped(
                ("0.bias.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}", b"12345678")),
                ("0.weight.npy", b""),
            ),
            "0.bias",
            "holds 8 bytes",
        ),
        (zipped(("0.bias.npy", npy("__import__('os')")), ("0.weight.npy", b"")), "0.bias", "not an array"),
        (zipped(("0.bias.npy", npy("(" * 110)), ("0.weight.npy", b"")), "0.bias", "not an array"),
        (
            zipped(("0.bias.npy", b"\0" * 4_000_000), ("0.weight.npy", b""), method=zipfile.ZIP_DEFLATED),
            "0.bias",
            "unpacks to 4000000",
        ),
        (b"PK\x03\x04 and then nothing", "", "not an npz"),
        (tensors({"0.bias": entry()}, b"\0" * 16), "0.weight", "is missing"),
        (tensors({"0.bias": entry("F16", offsets=[0, 4]), "0.weight": WEIGHT}), "0.bias", "F32 or F64"),
        (tensors({"0.bias": entry("BF16", offsets=[0, 4]), "0.weight": WEIGHT}), "0.bias", "F32 or F64"),
        (tensors({"0.bias": entry(shape=[3]), "0.weight": WEIGHT}), "0.bias", r"shape \(3,\)"),
        (tensors({"0.bias": entry(offsets=[0, 8]), "0.weight": WEIGHT}), "0.bias", "8 bytes, not 16"),
        (
            tensors({"0.bias": entry(offsets=[8, 24]), "0.weight": WEIGHT}, b"\0" * 64),
            "0.bias",
            "begins at byte 8",
        ),
        (
            tensors({"0.bias": entry(), "0.weight": entry(shape=[2, 3], offsets=[8, 56])}, b"\0" * 64),
            "0.weight",
            "not at 16",
        ),
        (tensors({"0.bias": entry(), "0.weight": WEIGHT}, b"\0" * 65), "", "65 after its header"),
        (tensors({"0.bias": entry(), "0.weight": WEIGHT}, b"\0" * 63), "", "63 after its header"),
        (tensors({"0.bias": entry(offsets=[0, True]), "0.weight": WEIGHT}), "0.bias", "not in order"),
        (
            tensors({"0.bias": entry(offsets=[0, 10**400]), "0.weight": WEIGHT}),
            "0.bias.data_offsets[1]",
            "401 characters",
        ),
        (tensors({"0.bias": 3, "0.weight": WEIGHT}), "0.bias", "incomplete"),
        (tensors({}, length=2**60), "", "not a safetensors file"),
        (tensors(b"[" * 50_000), "", "32 levels"),
        (b"", "", "The file is empty"),
    ],
)
def test_each_lie_is_named(body: bytes, path: str, words: str) -> None:
    tracemalloc.start()

    with pytest.raises(WeightsRefused, match=words) as refusal:
        load(body, SHAPES)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refusal.value.path == path
    assert peak < 20 * 1024**2


def test_a_large_file_is_not_opened() -> None:
    with pytest.raises(WeightsRefused, match="has 6,000,000 bytes; at most 5,242,880 are allowed"):
        load(b"\0" * 6_000_000, SHAPES)


def test_a_file_that_unpacks_to_more_than_is_allowed_is_refused() -> None:
    body = zipped(("0.bias.npy", b"\0" * 6_000_000), ("0.weight.npy", b""), method=zipfile.ZIP_DEFLATED)

    with pytest.raises(WeightsRefused, match="would have 6,000,000 bytes; at most 5,242,880 are allowed"):
        load(body, SHAPES)


def test_an_unknown_format_is_named_for_reading_and_writing() -> None:
    with pytest.raises(WeightsRefused, match="“pt” is not a format"):
        load(b"", SHAPES, format="pt")
    with pytest.raises(ValueError, match="not as 'pt'"):
        save(STATE, "pt")


def test_columns_first_and_the_other_byte_order_are_read() -> None:
    data = npz(**{"0.weight": np.asfortranarray(STATE["0.weight"]).astype(">f8"), "0.bias": STATE["0.bias"]})

    loaded = load(data, SHAPES)

    assert np.array_equal(loaded["0.weight"], STATE["0.weight"])
    assert loaded["0.weight"].dtype.isnative


def load_or_refuse(data: bytes, form: str | None) -> None:
    """Load; the only error that may come out is the refusal."""
    try:
        loaded = load(data, SHAPES, format=form)
    except Refused as refusal:
        problems = refusal.problems
        assert problems
    else:
        assert set(loaded) == set(SHAPES)


@given(st.binary(max_size=400), st.sampled_from([None, *FORMATS]))
def test_no_bytes_crash_a_loader(data: bytes, form: str | None) -> None:
    load_or_refuse(data, form)


@given(st.sampled_from(FORMATS), st.data())
def test_no_damage_to_a_good_file_crashes_a_loader(form: str, data: st.DataObject) -> None:
    body = bytearray(save(STATE, form))

    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))

    load_or_refuse(bytes(body[: data.draw(st.integers(0, len(body)))]), form)


def record(name: str, packed: bytes, method: int = 0, crc: int = 0, size: int = 100) -> tuple[bytes, bytes]:
    """Write one member of a zip by hand: its record, and its entry in the directory for offset 0."""
    head = struct.pack("<5H3I2H", 20, 0, method, 0, 33, crc, len(packed), size, len(name), 0)
    rest = struct.pack("<3H2I", 0, 0, 0, 0, 0)
    return b"PK\x03\x04" + head + name.encode() + packed, b"PK\x01\x02\x14\x00" + head + rest + name.encode()


def directory(entries: list[bytes], records: bytes = b"PK\x03\x04") -> bytes:
    whole = b"".join(entries)
    return records + whole + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0, 0, len(whole), len(records), 0)


LZMA = struct.pack("<BBHBI", 9, 4, 5, 0x5D, 0xFFFFFFFF) + b"\0" * 64


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (directory([record("0.bias.npy", LZMA, 14)[1]], record("0.bias.npy", LZMA, 14)[0]), "method 14"),
        (directory([record(f"{number:06}", b"")[1] for number in range(90_000)]), "lists 90000 members"),
        (b'{"0.bias": [' + b"NaN," * 1_200_000 + b"1]}", "1200002 commas and brackets"),
        (b'{"0.bias": [' + b"[]," * 1_600_000 + b"1]}", "commas and brackets"),
        (b"{" + b",".join(b'"%x":1' % number for number in range(400_000)) + b"}", "commas and brackets"),
    ],
)
def test_a_bomb_is_refused_before_it_grows(body: bytes, words: str) -> None:
    tracemalloc.start()

    with pytest.raises(WeightsRefused, match=words):
        load(body, SHAPES)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * 1024**2


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<a8', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2L,), }",
        "{'descr': '<f8\\d', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': 1if 1else 2, 'fortran_order': False, 'shape': (2,), }",
    ],
)
def test_a_header_that_numpy_would_warn_about_is_refused_in_silence(header: str) -> None:
    body = zipped(("0.bias.npy", npy(header, b"\0" * 16)), ("0.weight.npy", b""))

    with pytest.raises(WeightsRefused, match="not an array"):
        load(body, SHAPES)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rare_packings_are_refused(method: int) -> None:
    with pytest.raises(WeightsRefused, match="only stored"):
        load(zipped(("0.bias.npy", b""), ("0.weight.npy", b""), method=method), SHAPES)


def test_a_member_over_another_is_refused() -> None:
    entries = [record(f"{name}.npy", b"x" * 100)[1] for name in SHAPES]

    with pytest.raises(WeightsRefused, match="inside another"):
        load(directory(entries, record("0.weight.npy", b"x" * 100)[0]), SHAPES)


@pytest.mark.parametrize("name", ["0.bias", "0.bias.npy\0x", "../0.bias.npy/"])
def test_a_member_is_called_exactly_like_its_entry(name: str) -> None:
    body = directory([record(name, b"")[1]], record(name, b"")[0])

    with pytest.raises(WeightsRefused, match=r"with \.npy behind"):
        load(body, SHAPES)


@pytest.mark.parametrize("size", [123, 0x7B20])
def test_a_header_whose_length_looks_like_text_is_still_safetensors(size: int) -> None:
    text = json.dumps({"0.bias": entry(), "0.weight": WEIGHT}).encode()

    loaded = load(tensors(text.ljust(max(size, len(text))), b"\0" * 64), SHAPES)

    assert list(loaded) == list(SHAPES)


@pytest.mark.parametrize("form", FORMATS)
def test_the_order_of_a_state_does_not_change_its_file(form: str) -> None:
    turned = dict(reversed(STATE.items()))

    assert save(turned, form) == save(STATE, form)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("name", "array"),
    [("w", np.array([np.nan])), ("w", np.ones(2, np.float16)), ("../w", np.ones(2)), ("w", np.array([1j]))],
)
def test_what_could_not_be_read_back_is_not_written(form: str, name: str, array: Any) -> None:
    with pytest.raises(WeightsRefused):
        save({name: array}, form)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("name", "value", "place", "limit"),
    [
        ("1.running_var", [1.0, -0.5], "1.running_var[1]", "a variance, 0 or more"),
        ("1.num_batches_tracked", -1, "1.num_batches_tracked", "a whole number of batches, 0 or more"),
        ("1.num_batches_tracked", 2.5, "1.num_batches_tracked", "a whole number of batches, 0 or more"),
    ],
)
def test_what_a_batch_norm_cannot_have_seen_is_refused(
    form: str, name: str, value: Any, place: str, limit: str
) -> None:
    array = np.array(value, np.float64)
    written = {
        "json": json.dumps({name: value}).encode(),
        "npz": npz(**{name: array}),
        "safetensors": tensors({name: entry(shape=array.shape, offsets=(0, array.nbytes))}, array.tobytes()),
    }

    with pytest.raises(WeightsRefused) as refusal:
        load(written[form], {name: array.shape}, format=form)

    (problem,) = refusal.value.problems
    assert (problem.field, problem.limit) == (place, limit)
    with pytest.raises(WeightsRefused):
        save({name: array}, form)


@pytest.mark.parametrize("form", FORMATS)
def test_a_count_may_be_saved_as_a_float(form: str) -> None:
    state = {"1.num_batches_tracked": np.array(3.0), "1.running_var": np.array([0.0])}

    loaded = load(save(state, form), {name: array.shape for name, array in state.items()}, format=form)

    assert loaded["1.num_batches_tracked"] == 3


@pytest.mark.parametrize("names", [("weights",), ("weights", "bias")])
@pytest.mark.parametrize("kind", ["json", "npz", "safetensors"])
def test_an_entry_may_be_called_weights(names: tuple[str, ...], kind: str) -> None:
    state = {name: np.array([1.5, -2.0]) for name in names}

    loaded = load(save(state, kind), dict.fromkeys(names, (2,)), format=kind)

    assert [loaded[name].tolist() for name in names] == [[1.5, -2.0]] * len(names)


def test_without_the_outer_name_an_entry_called_weights_is_read_too() -> None:
    assert load(b'{"weights": [1, 2]}', {"weights": (2,)})["weights"].tolist() == [1, 2]


@pytest.mark.parametrize("kind", [None, "json", "npz", "safetensors"])
def test_an_empty_file_is_called_empty(kind: str | None) -> None:
    with pytest.raises(WeightsRefused, match="The file is empty"):
        load(b"", {"bias": (2,)}, format=kind)
