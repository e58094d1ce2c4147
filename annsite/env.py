"""Typed reading of the process environment, with one clear error for a bad value."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """Return the variable without surrounding space, or `default` where it is empty."""
    return os.environ.get(name, "").strip() or default


def integer(name: str, default: int, *, minimum: int, maximum: int) -> int:
    """Return a whole number within its limits."""
    value = text(name, str(default))
    try:
        number = int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number") from error
    if not minimum <= number <= maximum:
        raise ImproperlyConfigured(f"{name}={number} is outside {minimum} to {maximum}")
    return number


def flag(name: str, default: bool) -> bool:
    """Return a yes/no variable."""
    value = text(name, "yes" if default else "no").lower()
    if value in TRUE_WORDS:
        return True
    if value in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no")


def choice(name: str, default: str, *, among: tuple[str, ...]) -> str:
    """Return a variable that may have few values."""
    value = text(name, default).lower()
    if value not in among:
        raise ImproperlyConfigured(f"{name}={value!r} is none of {', '.join(among)}")
    return value


def words(name: str, default: list[str]) -> list[str]:
    """Return a comma-separated list."""
    value = text(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else default


def secret(name: str, *, fallback_file: Path | None) -> str:
    """Return the secret from NAME, or from the file NAME_FILE, or from `fallback_file`.

    The fallback belongs to the embedded profile: it is made once, readable by its owner only.
    """
    if value := text(name):
        return value
    path = text(f"{name}_FILE")
    if path:
        return Path(path).read_text().strip()
    if fallback_file is None:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE")
    if not fallback_file.exists():
        fallback_file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(fallback_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
        except FileExistsError:
            pass
    return fallback_file.read_text().strip()
