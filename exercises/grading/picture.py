"""Draw decision maps: colour means sign, blue for class 1 and orange for class 0."""

import base64
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.tensor import Array

SIZE = 200
STEPS = 41


@dataclass(frozen=True)
class Palette:
    """The colours of a map for one theme."""

    negative: str
    middle: str
    positive: str
    ink: str


LIGHT = Palette(negative="#EE9A4D", middle="#F1F3F5", positive="#5F9AD6", ink="#14202B")
DARK = Palette(negative="#C9702A", middle="#1B2631", positive="#3C7DC4", ink="#E5ECF2")


def map_grid(low: float, high: float) -> Array:
    """List the centres of the pixels, row by row from the top left, y upwards.   -> (SIZE*SIZE, 2)"""
    centres = low + (np.arange(SIZE) + 0.5) * (high - low) / SIZE
    x, y = np.meshgrid(centres, centres[::-1])
    return np.stack([x.ravel(), y.ravel()], axis=1)


def draw_map(values: Array, palette: Palette) -> str:
    """Draw values in [0, 1] as a PNG in base64, with the line where they cross 0.5 in ink.

    values (SIZE, SIZE), row 0 at the top. The same values give the same bytes.
    """
    shades = np.rint(np.clip(values, 0, 1) * (STEPS - 1)).astype(np.uint8)
    shades[_border(values >= 0.5)] = STEPS
    picture = Image.frombytes("P", (SIZE, SIZE), shades.tobytes())
    picture.putpalette(_colours(palette))
    file = BytesIO()
    picture.save(file, format="PNG", compress_level=9)
    return base64.b64encode(file.getvalue()).decode("ascii")


def _border(inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Mark the pixels that differ from their right or lower neighbour."""
    border = np.zeros_like(inside)
    border[:, :-1] |= inside[:, :-1] != inside[:, 1:]
    border[:-1, :] |= inside[:-1, :] != inside[1:, :]
    return border


def _colours(palette: Palette) -> bytes:
    """Blend negative, middle and positive in linear light over STEPS colours, and append the ink."""
    ends = [_linear_light(colour) for colour in (palette.negative, palette.middle, palette.positive)]
    places = np.linspace(0, 2, STEPS)
    blended = np.stack(
        [np.interp(places, [0, 1, 2], [end[channel] for end in ends]) for channel in range(3)], axis=1
    )
    gamma = np.where(blended <= 0.0031308, blended * 12.92, 1.055 * blended ** (1 / 2.4) - 0.055)
    colours: bytes = np.rint(gamma * 255).astype(np.uint8).tobytes()
    return colours + bytes.fromhex(palette.ink[1:])


def _linear_light(colour: str) -> Array:
    """Undo the sRGB curve of a colour written as #RRGGBB.   -> (3,)"""
    channels = np.frombuffer(bytes.fromhex(colour[1:]), dtype=np.uint8) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
