"""Dates as pages show them to one person: when, in which zone, how far away, and what they mean."""

from datetime import datetime
from typing import Any

from django.utils.timesince import timesince, timeuntil

from exercises.models import Extension
from exercises.queries.delivery import Delivery, write_time


def dates_of(delivery: Delivery, now: datetime) -> dict[str, Any]:
    """Return what a page says of the dates of an exercise; empty parts where there is no date."""
    return {
        "due_at": delivery.due_at,
        "due": _moment(delivery.due_at, now),
        "opens": _moment(delivery.opens_at, now) if delivery.opens_at and now < delivery.opens_at else "",
        "closes": _closing(delivery.closes_at, now),
        "credit": _credit(delivery, now),
        "extensions": [
            {"what": write_grant(row), "who": str(row.actor), "why": row.reason} for row in _in_use(delivery)
        ],
    }


def outside_window(delivery: Delivery, now: datetime) -> str:
    """Say that the exercise is not open yet or closed; empty while it is open."""
    if delivery.opens_at and now < delivery.opens_at:
        return f"This exercise opens on {write_time(delivery.opens_at)}."
    if delivery.closes_at and now > delivery.closes_at:
        return f"This exercise closed on {write_time(delivery.closes_at)}."
    return ""


def between_attempts(seconds: int) -> str:
    """Say how long to wait before the next attempt; empty when it may be sent now."""
    if seconds == 0:
        return ""
    minutes = -(-seconds // 60)
    hours, rest = divmod(minutes, 60)
    wait = f"{hours} h {rest} min" if hours else f"{minutes} min" if seconds > 90 else f"{seconds} s"
    return f"The next attempt can be sent in {wait}. The pause is there to think."


def _moment(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return ""
    if moment >= now:
        away = f"in {timeuntil(moment, now, depth=1)}"
    else:
        away = f"{timesince(moment, now, depth=1)} ago"
    return f"{write_time(moment)}, {away}".replace("\xa0", " ")


def _closing(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return ""
    return f"{'Closes' if now <= moment else 'Closed'} {_moment(moment, now)}"


def _credit(delivery: Delivery, now: datetime) -> str:
    """Say what an answer sent now is worth, and until when; empty where none is taken or all count alike."""
    if delivery.due_at is None or outside_window(delivery, now):
        return ""
    per_cent, until = delivery.credit_at(now), delivery.credit_until(now)
    if per_cent == 100 and not delivery.is_late(now):
        return "full credit until then" if delivery.late_credit else ""
    if per_cent == 100:
        return "late answers count in full and are marked"
    return f"late: {per_cent:g} % credit{f' until {write_time(until)}' if until else ''}"


def _in_use(delivery: Delivery) -> list[Extension]:
    """Return the extensions that change something here: the longest, and the one with most attempts."""
    found = set()
    longest = max(delivery.extensions, key=lambda row: row.extra_minutes, default=None)
    if longest and longest.extra_minutes and (delivery.due_at or delivery.closes_at):
        found.add(longest)
    most = max(delivery.extensions, key=lambda row: row.extra_attempts, default=None)
    if most and most.extra_attempts and delivery.attempts:
        found.add(most)
    return [row for row in delivery.extensions if row in found]


def write_grant(extension: Extension) -> str:
    """Write what was granted, such as 2 days 3 hours more, 1 more attempt."""
    attempts = extension.extra_attempts
    days, rest = divmod(extension.extra_minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [(days, "day"), (hours, "hour"), (left, "minute")]
    time = " ".join(f"{count} {name}{'s' if count != 1 else ''}" for count, name in parts if count)
    more = f"{attempts} more attempt{'s' if attempts != 1 else ''}" if attempts else ""
    return ", ".join(part for part in (f"{time} more" if time else "", more) if part)
