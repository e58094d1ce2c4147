"""What every log line says besides its message: the request, the submission, whatever is bound meanwhile."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

_fields: ContextVar[Mapping[str, object]] = ContextVar("log_fields", default=MappingProxyType({}))


@contextmanager
def bind(**fields: object) -> Iterator[None]:
    """Add fields to every line that is logged inside: ids and small numbers, never what somebody sent."""
    token = _fields.set({**_fields.get(), **fields})
    try:
        yield
    finally:
        _fields.reset(token)


def bound() -> Mapping[str, object]:
    """Return the fields that are bound here and now."""
    return _fields.get()
