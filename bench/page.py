"""docs/benchmarks.md: one part for each machine and kernels it was measured with, the others kept."""

import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
OPENING = """# Benchmarks of the engine

Written by `python -m bench.engine --write`; do not edit. Each part is one processor and one set of
matrix kernels; measuring again replaces that part alone.

One thread each; CPU seconds of the training alone, the contestants in turn; the ratio is the median
of the rounds' ratios, with the smallest and the largest. Other work on the machine can only add time,
so “quickest” compares the quickest round of each. Both sides start from the same weights, see the
same batches and end with the same loss. PyTorch always chooses its own kernels. Ours are pinned in
workers (decision 0008) and, unless the heading says otherwise, here.

"""


def with_part(page: str, part: str) -> str:
    """Put a part, from its "## " heading on, in the place of the one with the same heading, or last."""
    parts = {_heading(text): text for text in re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]}
    parts[_heading(part)] = part
    return OPENING + "\n".join(text.strip() + "\n" for text in parts.values())


def _heading(part: str) -> str:
    return part.split("\n", 1)[0]
