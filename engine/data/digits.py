"""1,797 handwritten digits of 8 by 8 pixels, split for good, and the harder variants of them.

From the UCI repository's "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak 1998, CC BY
4.0), by
way of scikit-learn's load_digits, which kept its 1,797 test images.
"""

import io
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np

from engine.data.bundled import read_bundled
from engine.data.dataset import Dataset
from engine.data.options import at_least, at_most
from engine.tensor import Array

Generator = np.random.Generator
TRAIN_ROWS = 1440
CLASSES = 10


@dataclass(frozen=True)
class DigitsOptions:
    """What is different from the plain digits. The test images are always the same 357."""

    image: bool = False  # x (N, 1, 8, 8) for convolutions, instead of (N, 64)
    targets: Literal["classes", "pixels"] = "classes"  # pixels: y = x before the noise, for auto-encoders
    rows: int | None = None  # so many of the training images, drawn
    per_class: int | None = None  # so many of the training images of each class, drawn
    wrong_labels: float = 0.0  # the share of training images that get the number of another class
    shift: int = 0  # each test image moves by so many pixels, in one of eight directions
    noise: float = 0.0  # the deviation of what is added to every pixel, in training and test images

    def __post_init__(self) -> None:
        at_least(0, wrong_labels=self.wrong_labels, shift=self.shift, noise=self.noise)
        at_least(1, rows=self.rows, per_class=self.per_class)
        at_most(1, wrong_labels=self.wrong_labels)
        at_most(7, shift=self.shift)
        at_most(TRAIN_ROWS, rows=self.rows)
        if self.rows and self.per_class:
            raise ValueError("give rows or per_class, not both")
        if self.targets not in ("classes", "pixels"):
            raise ValueError(f"targets must be classes or pixels, got {self.targets!r}")


def digits(generator: Generator, **options: Any) -> Dataset:
    """x = pixels / 16.   -> x (1440, 64) in [0, 1], y (1440,) of 0 to 9; 357 test rows.   See DigitsOptions

    Chance is drawn in the order of the options, so adding one at the end leaves the others' draws alone.
    ValueError for an option that does not exist or does not fit.
    """
    chosen = _read_options(options)
    (x, y), (x_test, y_test) = split_digits()
    kept = _rows(y, chosen, generator)
    x, y = x[kept], _with_wrong_labels(y[kept], chosen.wrong_labels, generator)
    if chosen.shift:
        x_test = shifted(x_test, chosen.shift, generator)
    clean, clean_test = x, x_test
    if chosen.noise:
        x, x_test = (part + generator.normal(0.0, chosen.noise, part.shape) for part in (x, x_test))
    shape = (1, 8, 8) if chosen.image else (64,)
    x, x_test, clean, clean_test = (part.reshape(-1, *shape) for part in (x, x_test, clean, clean_test))
    if chosen.targets == "pixels":
        return Dataset("digits", "reconstruction", x, clean, x_test, clean_test)
    return Dataset("digits", "classification", x, y, x_test, y_test, CLASSES)


def split_digits() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return 1,440 images to learn from and 357 to test on, x (N, 8, 8) in [0, 1], y (N,).

    The split = the first 1,440 of PCG64(0)'s permutation of 1,797 -> the same for every seed, always.
    """
    with np.load(io.BytesIO(read_bundled("digits.npz")), allow_pickle=False) as arrays:
        images, labels = arrays["images"] / 16.0, arrays["labels"].astype(np.int64)
    order = np.random.Generator(np.random.PCG64(0)).permutation(len(images))
    train, test = order[:TRAIN_ROWS], order[TRAIN_ROWS:]
    return (images[train], labels[train]), (images[test], labels[test])


def shifted(images: Array, pixels: int, generator: Generator) -> Array:
    """Move each image by so many pixels in one of the eight directions, zeros coming in.
    (N, H, W) -> same
    """
    count, height, width = images.shape
    padded = np.pad(images, ((0, 0), (pixels, pixels), (pixels, pixels)))
    drawn: Array = np.asarray(generator.integers(0, 8, count))
    direction = drawn + (drawn >= 4)  # the fifth of the nine is to stay
    down, across = pixels * (direction // 3), pixels * (direction % 3)
    rows = down[:, None] + np.arange(height)
    columns = across[:, None] + np.arange(width)
    moved: Array = padded[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
    return moved


def _read_options(options: dict[str, Any]) -> DigitsOptions:
    known = [field.name for field in fields(DigitsOptions)]
    unknown = sorted(options.keys() - set(known))
    if unknown:
        raise ValueError(f"digits has no option {', '.join(unknown)}; it has {', '.join(known)}")
    return DigitsOptions(**options)


def _rows(labels: Array, chosen: DigitsOptions, generator: Generator) -> Array:
    """Choose the training images to keep, in their order in the split."""
    if chosen.rows is None and chosen.per_class is None:
        return np.arange(len(labels))
    order = generator.permutation(len(labels))
    if chosen.per_class is None:
        return np.sort(order[: chosen.rows])
    fewest = int(np.bincount(labels, minlength=CLASSES).min())
    at_most(fewest, per_class=chosen.per_class)
    of_class = [order[labels[order] == number][: chosen.per_class] for number in range(CLASSES)]
    return np.sort(np.concatenate(of_class))


def _with_wrong_labels(labels: Array, share: float, generator: Generator) -> Array:
    """Give exactly round(share N) rows the number of another class, each of the nine as likely."""
    if not share:
        return labels
    wrong = generator.permutation(len(labels))[: round(share * len(labels))]
    changed = labels.copy()
    changed[wrong] = (labels[wrong] + generator.integers(1, CLASSES, len(wrong))) % CLASSES
    return changed
