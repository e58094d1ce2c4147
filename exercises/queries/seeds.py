"""The seed of a person's own numbers: their variant of an exercise, and their hidden data."""

import hashlib
import hmac

from django.conf import settings


def seed_for(enrolment_pk: int, exercise_slug: str) -> int:
    """Return the seed of a person at an exercise: for each attempt the same, and not to be guessed."""
    key = f"{enrolment_pk}:{exercise_slug}".encode()
    digest = hmac.digest(settings.SECRET_KEY.encode(), key, hashlib.sha256)
    return int.from_bytes(digest[:7])
