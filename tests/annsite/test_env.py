"""The environment is read with clear errors."""

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from annsite import env


def test_a_number_outside_its_limits_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "99999")

    with pytest.raises(ImproperlyConfigured, match="PORT=99999 is outside 1 to 65535"):
        env.integer("PORT", 8000, minimum=1, maximum=65535)


@pytest.mark.parametrize(("value", "words"), [("eight", "not a whole number"), ("8.5", "not a whole number")])
def test_what_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch, value: str, words: str) -> None:
    monkeypatch.setenv("PORT", value)

    with pytest.raises(ImproperlyConfigured, match=words):
        env.integer("PORT", 8000, minimum=1, maximum=65535)


@pytest.mark.parametrize(("value", "meaning"), [("yes", True), ("0", False), ("", True), (" ON ", True)])
def test_flags_are_read(monkeypatch: pytest.MonkeyPatch, value: str, meaning: bool) -> None:
    monkeypatch.setenv("HTTPS", value)

    assert env.flag("HTTPS", True) is meaning


def test_a_flag_that_is_neither_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS", "perhaps")

    with pytest.raises(ImproperlyConfigured, match="neither yes nor no"):
        env.flag("HTTPS", True)


def test_a_secret_comes_from_the_variable_or_its_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))

    assert env.secret("SECRET_KEY", fallback_file=None) == "from a file"
    monkeypatch.setenv("SECRET_KEY", "from the variable")
    assert env.secret("SECRET_KEY", fallback_file=None) == "from the variable"


def test_production_without_a_secret_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.delenv("SECRET_KEY_FILE", raising=False)

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE"):
        env.secret("SECRET_KEY", fallback_file=None)


def test_the_embedded_secret_is_made_once_for_its_owner_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.delenv("SECRET_KEY_FILE", raising=False)
    path = tmp_path / "var" / "secret_key"

    first = env.secret("SECRET_KEY", fallback_file=path)

    assert env.secret("SECRET_KEY", fallback_file=path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(first) > 50


def test_a_choice_that_is_none_of_them_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_FORMAT", "xml")

    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT='xml' is none of line, json"):
        env.choice("LOG_FORMAT", "line", among=("line", "json"))
