"""Decision maps as pictures."""

import base64
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from exercises.grading.picture import DARK, LIGHT, SIZE, Palette, draw_map, map_grid


def open_map(encoded: str) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(encoded))).convert("RGB")


def colour(hexadecimal: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(hexadecimal[1:]))


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_ends_and_the_middle_have_the_colours_of_the_palette(palette: Palette) -> None:
    for value, wanted in ((0.0, palette.negative), (0.499, palette.middle), (1.0, palette.positive)):
        picture = open_map(draw_map(np.full((SIZE, SIZE), value), palette))

        assert picture.size == (200, 200)
        assert picture.getpixel((100, 100)) == colour(wanted)


def test_the_border_at_one_half_is_drawn_in_ink_one_pixel_wide() -> None:
    values = np.zeros((SIZE, SIZE))
    values[:, 100:] = 1

    picture = open_map(draw_map(values, LIGHT))

    row = [picture.getpixel((x, 50)) for x in range(SIZE)]
    assert row.count(colour(LIGHT.ink)) == 1
    assert row[99] == colour(LIGHT.ink)


def test_y_grows_upwards() -> None:
    grid = map_grid(-0.5, 1.5).reshape(SIZE, SIZE, 2)

    assert grid[0, 0] == pytest.approx([-0.495, 1.495])
    assert grid[-1, -1] == pytest.approx([1.495, -0.495])


def test_the_same_values_give_the_same_bytes() -> None:
    values = np.linspace(0, 1, SIZE * SIZE).reshape(SIZE, SIZE)

    assert draw_map(values, LIGHT) == draw_map(values.copy(), LIGHT)
    assert draw_map(values, LIGHT) != draw_map(values, DARK)
