"""What every test may use: the content, a course, and four people."""

import os
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from annsite.accounts.models import User
from annsite.celery import app
from exercises.models import Exercise
from exercises.services.publish import sync_content
from lessons.models import Course, Enrolment, Role, Section
from lessons.services.enrol import enrol
from tests import factories, stack
from tests.profiles import empty_stack, short_folder
from tests.side_by_side import BySharedServices
from tests.site import site

__all__ = ["empty_stack", "short_folder", "site"]

NO_BROKER = "redis+socket:///nonexistent/no-broker-in-unit-tests.sock"
METRICS_TOKEN = "a token for scrapes in tests"

# Playwright keeps an event loop in the main thread; Django would then refuse every query of a later test.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
if not django_settings.REDIS_URL:
    app.conf.update(broker_url=NO_BROKER)


def pytest_configure(config: pytest.Config) -> None:
    """Name a folder for what is prepared once for all processes; the first of them removes it at the end."""
    if stack.TEMPLATES not in os.environ:
        os.environ[stack.TEMPLATES] = tempfile.mkdtemp(prefix="ann")
        config.add_cleanup(partial(shutil.rmtree, os.environ[stack.TEMPLATES], ignore_errors=True))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BySharedServices:
    return BySharedServices(config, log)


@pytest.fixture(autouse=True)
def plain_site(settings: Any, tmp_path: Path) -> None:
    """Serve static files under their own names, and forget throttles between tests."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.STATIC_ROOT = str(tmp_path)
    settings.METRICS_TOKEN = METRICS_TOKEN
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Publish the real content once for the whole run."""
    with django_db_blocker.unblock():
        sync_content(folder=django_settings.CONTENT_DIR, now=timezone.now())


@pytest.fixture
def course(db: None) -> Course:
    return Course.objects.create(slug="autumn", title="Autumn course", time_zone="Europe/Berlin")


@pytest.fixture
def section(course: Course) -> Section:
    return Section.objects.create(course=course, name="Tuesday")


@pytest.fixture
def student(course: Course, section: Section) -> Enrolment:
    return enrol(user=factories.person("student"), course=course, sections=[section])


@pytest.fixture
def other_student(course: Course) -> Enrolment:
    return enrol(user=factories.person("other"), course=course)


@pytest.fixture
def assistant(course: Course, section: Section) -> Enrolment:
    return enrol(user=factories.person("assistant"), course=course, role=Role.ASSISTANT, sections=[section])


@pytest.fixture
def instructor(course: Course) -> Enrolment:
    return enrol(user=factories.person("instructor"), course=course, role=Role.INSTRUCTOR)


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("root", "root@example.org", "a password for tests")


@pytest.fixture
def xor(db: None) -> Exercise:
    return Exercise.objects.select_related("revision", "lesson").get(slug="xor-weights")


@pytest.fixture
def signed_in() -> Callable[[Enrolment | User], Client]:
    """Return a browser in which a person is signed in."""

    def sign_in(who: Enrolment | User) -> Client:
        client = Client()
        client.force_login(who.user if isinstance(who, Enrolment) else who, factories.BACKEND)
        return client

    return sign_in
