"""The engine without the site: installed from the repository, with the example of its documentation."""

import os
import re
import shutil
import subprocess
import sys
from email.parser import Parser
from pathlib import Path

import pytest

import engine

ROOT = Path(__file__).parents[2]
EXAMPLE = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "engine.md").read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package from a copy of the tree and install it, without its dependencies, into a folder."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    shutil.copytree(ROOT / "engine", source / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        target,
        source,
    ]
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=120)
    return target


def run(code: str, installed: Path) -> str:
    """Run Python with the installed package in front of everything, far from the repository."""
    environment = os.environ | {"PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=installed,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def test_the_example_of_the_documentation_runs(installed: Path) -> None:
    assert EXAMPLE is not None
    assert len([line for line in EXAMPLE[1].splitlines() if line and "import" not in line]) <= 10

    printed = run(EXAMPLE[1], installed)

    share = re.search(r"Finished\(step=900\): ([\d.]+)% of the test digits are right", printed)
    assert share is not None
    assert float(share[1]) > 95


def test_the_installed_package_is_complete_and_loads_nothing_of_the_site(installed: Path) -> None:
    code = """
import pkgutil, sys, engine
names = [m.name for m in pkgutil.walk_packages(engine.__path__, "engine.")]
for name in names:
    if name not in ("engine.__main__", "engine.onnx_export"):
        __import__(name)
foreign = {"django", "celery", "annsite", "torch", "onnx"} & set(sys.modules)
print(engine.__file__, len(names), sorted(foreign))
"""

    path, count, foreign = run(code, installed).split(maxsplit=2)

    assert path.startswith(str(installed))
    assert int(count) >= 50
    assert foreign.strip() == "[]"


def test_it_asks_for_three_packages_and_offers_onnx(installed: Path) -> None:
    (path,) = installed.glob("annsite-*.dist-info/METADATA")
    wanted = Parser().parsestr(path.read_text()).get_all("Requires-Dist") or []

    plain = sorted(re.split(r"[<>=!~ ;\[]", line)[0] for line in wanted if "extra ==" not in line)
    assert plain == ["numpy", "pydantic", "safetensors"]
    assert any(line.startswith("onnx") and "extra == " in line for line in wanted)


def test_the_package_and_the_engine_have_one_version(installed: Path) -> None:
    (metadata,) = installed.glob("annsite-*.dist-info/METADATA")

    assert Parser().parsestr(metadata.read_text())["Version"] == engine.__version__
    assert run("import engine; print(engine.__version__)", installed).strip() == engine.__version__
