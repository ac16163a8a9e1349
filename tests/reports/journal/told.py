"""Which acts do the tests of the journal's pages read?"""

from datetime import datetime

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User
from esc_tracker.journal.acts import act
from esc_tracker.journal.models import Entry
from esc_tracker.origin import Origin, coming_from
from tests.factories import make_user

REFERENCE = "3f2a9c0d1e4b5a67"


def on(day: int, hour: int = 9) -> datetime:
    """Return a moment of September 2020, New York."""
    return datetime(2020, 9, day, hour, tzinfo=clock.NEW_YORK)


def tell(verb: str, about: str, *, by: User | None = None, at: datetime | None = None, source="web", **facts) -> Entry:
    """Write one entry; `before` and `after` are its facts."""
    origin = Origin(source, REFERENCE if source == "web" else "")
    with coming_from(origin), clock.at(at or on(10)), act(verb, by=by, about=about) as this:
        this.before, this.after = facts.get("before", {}), facts.get("after", {})
    return Entry.objects.latest("number")


def auditor() -> User:
    """Return a reader who was given the right to read the journal."""
    person = make_user("auditor@esc.example", Role.READER)
    person.sees_journal = True
    person.save()
    return person


def numbers(answer) -> list[int]:
    """Return the numbers of the entries a list shows, in its order."""
    return [row.number for row in answer.context["table"].page.object_list.data]
