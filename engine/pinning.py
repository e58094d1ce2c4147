"""Pin what the arithmetic of this process depends on: one thread, and one set of matrix kernels.

The number of threads and the kernels a processor gets change the last bits of a product, and threads of two
workers on two cores spin against each other (decision 0008). To be called before numpy is imported: the
libraries read these settings once.
"""

import platform
from collections.abc import MutableMapping

KERNELS = "Haswell"
"""OpenBLAS kernels for processors with AVX2, Intel's since 2013 and AMD's since 2015."""


def pin(environment: MutableMapping[str, str]) -> None:
    """Set one thread and, on x86, the kernels, unless somebody has chosen otherwise."""
    for library in ("OPENBLAS", "OMP", "MKL"):
        environment.setdefault(f"{library}_NUM_THREADS", "1")
    if platform.machine() in ("x86_64", "AMD64"):
        environment.setdefault("OPENBLAS_CORETYPE", KERNELS)
