"""Enrol people from a roster: plan what each line would do, show it, and save exactly that."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower

from annsite.accounts.models import User
from lessons.models import Course, Enrolment, Label, Role, Section
from lessons.services.roster_file import Line

NEW, ENROL, CHANGED, SAME, ERROR = "new person", "enrol", "change", "unchanged", "error"


@dataclass(frozen=True)
class Options:
    """What the person who imports allows."""

    create_missing: bool = False


@dataclass(frozen=True)
class Planned:
    """What one line does: an action, the changes in words, and the state that it leaves behind."""

    line: int
    username: str
    action: str
    changes: tuple[str, ...] = ()
    problem: str = ""
    role: str = ""
    sections: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Planned":
        parts = {
            name: None if stored[name] is None else tuple(stored[name])
            for name in ("changes", "sections", "labels")
        }
        return cls(**{**stored, **parts})


@dataclass(frozen=True)
class Saved:
    """What an import did."""

    new: tuple[str, ...]
    enrolled: int
    changed: int
    unchanged: int
    left_out: int


class RosterChanged(Exception):
    """Something changed since the preview; `lines` says which line does what now."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


def plan_roster(*, course: Course, actor: User, lines: Sequence[Line], options: Options) -> list[Planned]:
    """Say what each line would do; nothing is written, and the number of queries is fixed."""
    here = _Here(course, lines)
    seen: dict[str, int] = {}
    emails: dict[str, int] = {}
    planned = []
    for line in lines:
        problem = line.problem or _repeated(line, seen, emails, here)
        problem = problem or _forbidden(line, actor, here, options) or _unusable(line, here)
        planned.append(
            Planned(line.number, line.username, ERROR, problem=problem) if problem else _plan(line, here)
        )
    return planned


def save_roster(
    *,
    course: Course,
    actor: User,
    lines: Sequence[Line],
    options: Options,
    expected: Sequence[Planned],
) -> Saved:
    """Write what was previewed, all of it or nothing; lines with an error are left out, as the preview said.

    Raises RosterChanged where a line would do something else by now.
    """
    try:
        with transaction.atomic():
            list(Course.objects.select_for_update().filter(pk=course.pk).values_list("pk"))
            plan = plan_roster(course=course, actor=actor, lines=lines, options=options)
            _refuse_changes(expected, plan)
            saved = _write(course, lines, plan)
            _log(course, actor, saved)
    except IntegrityError as error:
        raise RosterChanged(["Somebody else changed these people at the same moment."]) from error
    return saved


class _Here:
    """What the database knows of the people, sections and labels that a roster names."""

    def __init__(self, course: Course, lines: Sequence[Line]) -> None:
        names = [line.username for line in lines if line.username]
        self.users: dict[str, User] = {row.username: row for row in User.objects.filter(username__in=names)}
        lower = User.objects.annotate(small=Lower("username"))
        self.spellings = dict(
            lower.filter(small__in=[name.lower() for name in names]).values_list("small", "username")
        )
        addresses = {line.email.lower() for line in lines if line.email}
        known = User.objects.annotate(small=Lower("email")).filter(small__in=addresses)
        self.emails = dict(known.values_list("small", "username"))
        members = course.enrolments.filter(user__in=self.users.values()).select_related("user")
        self.enrolments: dict[str, Enrolment] = {
            row.user.username: row for row in members.prefetch_related("sections", "labels")
        }
        self.sections = set(course.sections.values_list("name", flat=True))
        self.labels = set(course.labels.values_list("name", flat=True))


def _repeated(line: Line, seen: dict[str, int], emails: dict[str, int], here: _Here) -> str:
    """Refuse whom an earlier line names, by name or, for a new person, by address."""
    first = seen.setdefault(line.username.lower(), line.number)
    if first != line.number:
        return f"The username {line.username} stands on line {first} as well. Keep one of them."
    if line.email and line.username not in here.users:
        first = emails.setdefault(line.email.lower(), line.number)
        if first != line.number:
            return f"The e-mail {line.email} stands on line {first} as well. Everybody needs their own."
    return ""


def _forbidden(line: Line, actor: User, here: _Here, options: Options) -> str:
    """Refuse roles that the actor may not give or take, and names that do not exist."""
    if line.role and line.role not in Role.values:
        return f"The role {line.role!r} does not exist; choose from {', '.join(Role.values)}."
    if line.role == Role.INSTRUCTOR and not actor.is_superuser:
        return "Only whoever runs this site enrols instructors by file."
    enrolment = here.enrolments.get(line.username)
    if enrolment and enrolment.role == Role.INSTRUCTOR and not actor.is_superuser:
        return f"{line.username} is an instructor of this course. Change that on the page of the enrolment."
    if options.create_missing:
        too_long = [name for name in (*(line.sections or ()), *(line.labels or ())) if len(name) > 100]
        return f"The name {too_long[0][:20]}… is longer than 100 characters." if too_long else ""
    return _missing("section", line.sections, here.sections) or _missing("label", line.labels, here.labels)


def _missing(kind: str, names: tuple[str, ...] | None, known: set[str]) -> str:
    unknown = [name for name in names or () if name not in known]
    if not unknown:
        return ""
    listed = ", ".join(sorted(known)) or "none"
    return (
        f"This course has no {kind} {unknown[0]!r}; it has: {listed}. "
        "Correct it, or let the import create what is missing."
    )


def _unusable(line: Line, here: _Here) -> str:
    """Refuse a person who cannot be made, or cannot take part."""
    user = here.users.get(line.username)
    if user is not None:
        return "" if user.is_active else f"The account {line.username} is switched off."
    spelling = here.spellings.get(line.username.lower())
    if spelling:
        return f"There is an account {spelling}; write the username exactly so."
    if not line.email:
        return "A new person needs an e-mail: with it they set their password."
    owner = here.emails.get(line.email.lower())
    if owner:
        return f"The e-mail {line.email} belongs to another account. If it is this person, use that username."
    try:
        _new_user(line).clean_fields()
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        value = getattr(line, name, "")
        return f"{name}={value[:40]!r}: {' '.join(messages)}"
    return ""


def _plan(line: Line, here: _Here) -> Planned:
    """Say what a line without a problem does."""
    enrolment = here.enrolments.get(line.username)
    if enrolment is None:
        action = ENROL if line.username in here.users else NEW
        role = line.role or Role.STUDENT.value
        changes = (
            f"as {role}",
            *_gained("section", line.sections, here.sections),
            *_gained("label", line.labels, here.labels),
        )
        return Planned(
            line.number, line.username, action, changes, "", role, line.sections or (), line.labels or ()
        )
    role = line.role or enrolment.role
    changes = (
        *([f"role {enrolment.role} → {role}"] if role != enrolment.role else []),
        *([] if enrolment.is_active else ["takes part again"]),
        *_differences("section", line.sections, enrolment.sections.all()),
        *_differences("label", line.labels, enrolment.labels.all()),
    )
    action = CHANGED if changes else SAME
    return Planned(line.number, line.username, action, changes, "", role, line.sections, line.labels)


def _gained(kind: str, names: tuple[str, ...] | None, known: set[str]) -> list[str]:
    return [f"{kind} +{name}{'' if name in known else ' (new)'}" for name in names or ()]


def _differences(kind: str, wanted: tuple[str, ...] | None, rows: Iterable[Section | Label]) -> list[str]:
    """Name what is gained and lost; an empty cell changes nothing."""
    if wanted is None:
        return []
    present = [row.name for row in rows]
    return [
        *(f"{kind} +{name}" for name in wanted if name not in present),
        *(f"{kind} −{name}" for name in sorted(present) if name not in wanted),
    ]


def _refuse_changes(expected: Sequence[Planned], plan: Sequence[Planned]) -> None:
    if list(expected) == list(plan):
        return
    pairs = zip(expected, plan, strict=False)
    raise RosterChanged(
        [
            f"Line {now.line}, {now.username}: was “{_said(before)}”, now “{_said(now)}”"
            for before, now in pairs
            if before != now
        ]
        or ["The file has another number of people than the preview."]
    )


def _said(planned: Planned) -> str:
    return ", ".join([planned.action, *planned.changes]) if not planned.problem else planned.problem


def _write(course: Course, lines: Sequence[Line], plan: Sequence[Planned]) -> Saved:
    """Write the planned rows with a fixed number of queries."""
    by_number = {line.number: line for line in lines}
    todo = [row for row in plan if row.action in {NEW, ENROL, CHANGED}]
    new = [row for row in todo if row.action == NEW]
    User.objects.bulk_create([_new_user(by_number[row.line]) for row in new])
    users = {row.username: row for row in User.objects.filter(username__in=[row.username for row in todo])}
    missing = [row for row in todo if row.action in {NEW, ENROL}]
    Enrolment.objects.bulk_create(
        [Enrolment(course=course, user=users[row.username], role=row.role) for row in missing]
    )
    enrolments = {
        row.user_id: row for row in course.enrolments.filter(user__in=[user.pk for user in users.values()])
    }
    changed = [row for row in todo if row.action == CHANGED]
    for row in changed:
        enrolment = enrolments[users[row.username].pk]
        enrolment.role, enrolment.is_active = row.role, True
    Enrolment.objects.bulk_update(
        [enrolments[users[row.username].pk] for row in changed], ["role", "is_active"]
    )
    members = {enrolments[users[row.username].pk].pk: row for row in todo}
    _set_groups(
        course, Section, Enrolment.sections.through, {pk: row.sections for pk, row in members.items()}
    )
    _set_groups(course, Label, Enrolment.labels.through, {pk: row.labels for pk, row in members.items()})
    return Saved(
        new=tuple(row.username for row in new),
        enrolled=len(missing),
        changed=len(changed),
        unchanged=sum(row.action == SAME for row in plan),
        left_out=sum(row.action == ERROR for row in plan),
    )


def _set_groups(course: Course, model: Any, through: Any, wanted: dict[int, tuple[str, ...] | None]) -> None:
    """Give each enrolment exactly the named sections or labels; None leaves them as they are."""
    named = {pk: names for pk, names in wanted.items() if names is not None}
    known = {row.name: row for row in model.objects.filter(course=course)}
    missing = sorted({name for names in named.values() for name in names} - set(known))
    made = model.objects.bulk_create([model(course=course, name=name) for name in missing])
    known |= {row.name: row for row in made}
    column = f"{model._meta.model_name}_id"
    present = set(through.objects.filter(enrolment__in=named).values_list("enrolment_id", column))
    right = {(pk, known[name].pk) for pk, names in named.items() for name in names}
    gone = through.objects.filter(enrolment__in={pk for pk, _ in present - right})
    lost = [row.pk for row in gone if (row.enrolment_id, getattr(row, column)) not in right]
    through.objects.filter(pk__in=lost).delete()
    through.objects.bulk_create(
        [through(**{"enrolment_id": pk, column: group}) for pk, group in sorted(right - present)]
    )


def _new_user(line: Line) -> User:
    """Return a person who cannot sign in before they have set a password by e-mail."""
    return User(
        username=line.username,
        email=line.email,
        first_name=line.first_name,
        last_name=line.last_name,
        password=make_password(None),
    )


def _log(course: Course, actor: User, saved: Saved) -> None:
    """Note in the log of the admin who imported, and what came of it."""
    counts = {name: value for name, value in asdict(replace(saved, new=())).items() if name != "new"}
    words = ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in counts.items())
    LogEntry.objects.log_actions(
        actor.pk,
        Course.objects.filter(pk=course.pk),
        CHANGE,
        change_message=f"Imported a roster: {len(saved.new)} new people, {words}.",
        single_object=True,
    )
