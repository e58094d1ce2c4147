"""The settings that the arithmetic depends on."""

import platform
from unittest.mock import patch

from engine.pinning import pin


def test_one_thread_and_one_set_of_kernels_are_pinned() -> None:
    environment: dict[str, str] = {}

    with patch.object(platform, "machine", return_value="x86_64"):
        pin(environment)

    assert environment["OPENBLAS_NUM_THREADS"] == environment["OMP_NUM_THREADS"] == "1"
    assert environment["OPENBLAS_CORETYPE"] == "Haswell"


def test_what_somebody_chose_is_kept_and_other_processors_choose_themselves() -> None:
    environment = {"OPENBLAS_NUM_THREADS": "2"}

    with patch.object(platform, "machine", return_value="aarch64"):
        pin(environment)

    assert environment["OPENBLAS_NUM_THREADS"] == "2"
    assert "OPENBLAS_CORETYPE" not in environment
