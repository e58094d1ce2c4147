"""What a person asks for about their account: sign up, make a token, revoke one."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from annsite.accounts.events import signed_up
from annsite.accounts.models import ApiToken, Scope, User

TOKEN_PREFIX = "ann_"  # noqa: S105  (the public start of every token)


class UnknownScope(ValueError):
    """Name a scope that does not exist, and those that do."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"scope {scope!r} does not exist; choose from {', '.join(Scope.values)}")


@transaction.atomic
def sign_up(*, username: str, email: str, password: str) -> User:
    """Create a person and tell the rest of the site, which enrols them in open courses."""
    user = User.objects.create_user(username=username, email=email, password=password)
    signed_up.send(sender=User, user=user)
    return user


def create_token(
    *, user: User, name: str, scopes: Collection[str], now: datetime, days: int | None = None
) -> tuple[ApiToken, str]:
    """Return the stored row and the token itself, which cannot be shown again."""
    for scope in scopes:
        if scope not in Scope.values:
            raise UnknownScope(scope)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        user=user,
        name=name,
        digest=ApiToken.digest_of(token),
        scopes=sorted(set(scopes)),
        created_at=now,
        expires_at=now + timedelta(days=days) if days else None,
    )
    return row, token


def revoke_token(*, user: User, pk: int, now: datetime) -> bool:
    """Revoke one of the person's own tokens; False where there is none to revoke."""
    changed = ApiToken.objects.filter(user=user, pk=pk, revoked_at=None).update(revoked_at=now)
    return bool(changed)
