"""Every data set by name: the bytes it has always had, and what holds for all of them."""

from typing import Any

import numpy as np
import pytest

from engine.data import load, names
from engine.data.plane import ring_centres
from engine.examples import Examples

GOLDEN = {
    "adding": "f291c7549274b544394c87164105ea1f6f3524c5bc481176b7baba5d5d13c38f",
    "and": "b86946ab26cdbc7fe1bbee64d7ed1a2bb59e4dd7a695eb44432257564122b368",
    "bars_and_stripes": "6f69de82d18bfed5fd3c3de32bb949562c1552e1ba8db2d0cc1d5a00c8cf12b8",
    "blobs": "fd5aa9eaadf153d7c535a2a4e385493227690024efe1bd23d4c4675ec27e39c3",
    "circles": "2c0b11d4ff4d71a15b4ae661da50f1d6e147319b3eac942b8d7c96292fae6029",
    "digits": "5e8aa9732a5020389ce3365aba62595a4538b53c365d9527454b1a44b0301869",
    "latch": "d68b468c5166d06e9750f2a5ea247295684406cc544ebe32e4e5c3f977c207b1",
    "moons": "7fe3b7fada3eef4681714d40f44f33cea3bd58b6c7987b3d34a0de8cd00dcc31",
    "nand": "d49bf3900a7d3534356739da3872148eb0a61f8167568410fb89729f2928890c",
    "noisy_xor": "8effbd0d3c1e137c95b52f21ceb431878aa15649e6101d89ed4e58059d17b9c7",
    "nor": "905ec06a0e41ff3d27e5351754f51c236653a34278ad4c916b2571e29df26f81",
    "or": "73d6140300669179db1a41abb89d6cf7abb352826736757e7d910d6237c86931",
    "parity": "ee440df9006265b9e33e8f7620e855b27435566e54985cd026e1ee355a6faaea",
    "reverse": "416555beb7b79f9792c62f3637831d24830269c78fbfa96d04750977d5e4daf3",
    "ring": "66629e85d14823a6fadee9a037b8fd05d60469ccc3bff6ae28ad3754ac8da856",
    "sigmoid_neuron": "2c0034b0a82ca965b2eee3eea37e1f88af9c2d282050cc84803d50489f8be5d5",
    "sine": "b019fba405089b3823fbe267dd3eb1be45d4d171077966afc86f17264a348dd5",
    "spirals": "44f1f678f448653401b6069377ce05a32795a7a459d362d6dfca61a3d9a0b0d5",
    "text": "44f74d34b17942a6efa40daee6e78e04ee1e446ada606c62823001f00d3ed37b",
    "xnor": "2cd2aba52ac1dd239ab7ff707bd68b437a9c82f240fb5e1428136f1aa418e753",
    "xor": "49b188038a4ed0707c6a16fcd48f2d3b56ab2b0a4c6ee29deead30a55a8aacb8",
}
WHOLE_TABLES = {"and", "or", "nand", "nor", "xor", "xnor", "sigmoid_neuron", "bars_and_stripes"}
WITHOUT_CHANCE = WHOLE_TABLES | {"text", "digits"}
SAME_ROWS_MAY_RETURN = WHOLE_TABLES | {"parity", "latch"}  # short strings of bits


@pytest.mark.parametrize("name", names())
def test_seed_zero_gives_the_bytes_it_has_always_given(name: str) -> None:
    assert load(name).sha256 == GOLDEN[name]


def test_every_golden_hash_belongs_to_a_set_and_no_two_are_equal() -> None:
    assert set(GOLDEN) == set(names())
    assert len(set(GOLDEN.values())) == len(GOLDEN)


@pytest.mark.parametrize("name", names())
def test_a_seed_repeats_and_another_differs_where_there_is_chance(name: str) -> None:
    first, again, other = load(name, seed=3), load(name, seed=3), load(name, seed=4)

    assert first.sha256 == again.sha256
    assert (first.sha256 == other.sha256) == (name in WITHOUT_CHANCE)


@pytest.mark.parametrize("name", names())
def test_the_rows_go_into_training_as_they_are(name: str) -> None:
    data = load(name)

    train, test = data.train(), data.test()

    assert isinstance(train, Examples)
    assert train.signal().shape == data.feature_shape == test.x.shape[1:]
    assert (train.symbols, train.classes) == (data.symbols, data.classes)
    assert train.y.shape == (len(train), *data.target_shape)


@pytest.mark.parametrize("name", names())
def test_no_test_row_is_among_those_to_learn_from(name: str) -> None:
    data = load(name)

    shared = {row.tobytes() for row in data.x_train} & {row.tobytes() for row in data.x_test}

    assert not shared or name in SAME_ROWS_MAY_RETURN


@pytest.mark.parametrize("name", names())
def test_the_arrays_cannot_be_written_to(name: str) -> None:
    data = load(name)

    for array in (data.x_train, data.y_train, data.x_test, data.y_test):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match=r"no data set 'mnist'; there are adding, and, .*, xor$"):
        load("mnist")


def test_an_option_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="colour"):
        load("moons", colour="red")
    with pytest.raises(ValueError, match="digits has no option colour; it has image, targets"):
        load("digits", colour="red")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("moons", {"noise": -1.0}, "noise must be at least 0, got -1.0"),
        ("circles", {"noise": np.nan}, "noise must be at least 0, got nan"),
        ("blobs", {"rows": 0}, "rows must be at least 1, got 0"),
        ("spirals", {"arms": 0}, "arms must be at least 1"),
        ("moons", {"rows": 10**12}, "rows must be at most 1000000, got 1000000000000"),
        ("latch", {"length": 4097}, "length must be at most 4096, got 4097"),
        ("sine", {"degree": 10**8}, "degree must be at most 1000"),
        ("ring", {"modes": 10**10}, "modes must be at most 1000"),
        ("blobs", {"classes": 10**10}, "classes must be at most 1000"),
        ("spirals", {"arms": 10**10}, "arms must be at most 1000"),
        (
            "adding",
            {"rows": 10**6, "length": 4096},
            "1000500 rows in all with length 4096 make 4098048000 places",
        ),
        ("latch", {"rows": np.int32(10**6), "length": np.int32(4096)}, "there may be at most 20000000"),
        ("sine", {"rows": 10**6, "degree": 1000}, "there may be at most 20000000"),
        ("text", {"length": 2831, "stride": 1}, "rows in all with length 2831 make"),
        ("ring", {"test_rows": 0}, "test_rows must be at least 1"),
        ("sine", {"degree": 0}, "degree must be at least 1"),
        ("adding", {"length": 1}, "length must be at least 2"),
        ("parity", {"length": 0}, "length must be at least 1"),
        ("reverse", {"length": 2}, "2500 different rows need"),
        ("reverse", {"length": 19}, "18 at most"),
        ("bars_and_stripes", {"size": 0}, r"size must lie in \[1, 10\]"),
        ("text", {"length": 2832}, "length must be below 2832"),
        ("digits", {"rows": 1441}, "rows must be at most 1440"),
        ("digits", {"per_class": 1000}, "per_class must be at most"),
        ("digits", {"rows": 300, "per_class": 2}, "rows or per_class, not both"),
        ("digits", {"wrong_labels": 1.5}, "wrong_labels must be at most 1"),
        ("digits", {"shift": 8}, "shift must be at most 7"),
        ("digits", {"targets": "names"}, "targets must be classes or pixels"),
    ],
)
def test_options_out_of_bounds_are_refused(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load(name, **options)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("moons", {"rows": "5"}, 'rows must be a whole number, got "5"'),
        ("moons", {"rows": 2.5}, r"rows must be a whole number, got 2\.5"),
        ("moons", {"rows": True}, "rows must be a whole number, got true"),
        ("moons", {"rows": None}, "rows must be a whole number, got null"),
        ("digits", {"rows": [1]}, "rows must be a whole number, got"),
        ("digits", {"image": 1}, "image must be true or false, got 1"),
        ("reverse", {"continued": "yes"}, 'continued must be true or false, got "yes"'),
        ("blobs", {"std": "wide"}, 'std must be a number, got "wide"'),
        ("bars_and_stripes", {"size": 2.0}, r"size must be a whole number, got 2\.0"),
    ],
)
def test_options_of_another_kind_are_refused(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load(name, **options)


def test_options_may_be_numbers_of_numpy_and_whole_where_any_will_do() -> None:
    assert load("moons", rows=np.int64(20), noise=0).sha256 == load("moons", rows=20, noise=0.0).sha256
    assert load("digits", rows=None).sha256 == load("digits").sha256


def test_the_name_and_the_source_of_chance_are_no_options() -> None:
    for option in ("name", "generator"):
        with pytest.raises(TypeError, match=f"moons has no option {option}; it has rows, test_rows, noise"):
            load("moons", **{option: 3})


def test_the_centres_of_the_ring_lie_at_distance_two_and_are_eight() -> None:
    centres = ring_centres()

    assert centres.shape == (8, 2)
    assert centres[[0, 2]].tolist() == [[2.0, 0.0], [0.0, 2.0]]
    np.testing.assert_allclose(np.hypot(*centres.T), 2.0, rtol=1e-6)
