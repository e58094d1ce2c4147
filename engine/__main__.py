"""`python -m engine`: the engine from the command line."""

import os
import sys

from engine.pinning import pin

pin(os.environ)

from engine.command import main  # noqa: E402 - numpy reads the pinned settings when it is imported

sys.exit(main(sys.argv[1:]))
