"""People who use the site, and the tokens their programs sign in with."""

import hashlib
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class User(AbstractUser):
    """A person. What they may do in a course is said by their enrolments, not by this row."""

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=~Q(email=""), name="user_email_is_unique_when_given"
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Scope(models.TextChoices):
    """What a token may be used for."""

    COURSES_READ = "courses.read", "Read courses"
    EXERCISES_READ = "exercises.read", "Read exercises and check answers"
    SUBMISSIONS_READ = "submissions.read", "Read submissions"
    SUBMISSIONS_WRITE = "submissions.write", "Submit answers"
    GRADES_READ = "grades.read", "Read grades"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def valid(self, now: datetime) -> "ApiTokenQuerySet":
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))


class ApiToken(models.Model):
    """A token of one person; only its SHA-256 is kept, so it can be shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(token: str) -> str:
        """Return the stored form of a token; it has 256 random bits, so no salt is needed."""
        return hashlib.sha256(token.encode()).hexdigest()

    def scope_labels(self) -> list[str]:
        return [Scope(value).label for value in self.scopes if value in Scope.values]
