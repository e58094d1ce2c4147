"""How numpy is set while many steps follow each other."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

BUFFER = 1024
"""Numbers of an array that numpy copies at a time to broadcast it, unless its rows are longer than half of
this. 4 kB of float32 of each of three arrays stay in the first cache; of its own 8,192 numbers they do not.
"""


@contextmanager
def training_loop() -> Iterator[None]:
    """Let numpy be silent where numbers overflow, as the loop looks at its loss, and its buffers be short.

    No bit of a training depends on the buffers. With short ones W5 and W6 of `bench.engine` took 3 % less
    time, W7 1 % less, the others the same.
    """
    with np.errstate(all="ignore"):
        np.setbufsize(BUFFER)  # until the errstate ends
        yield
