"""Who was silent for two calls in a row, and which principals may be copied on a reminder then?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from esc_tracker import clock
from esc_tracker.accounts.models import agency_name
from milestones.calls.answers import Asked, Heard, Stretch
from milestones.models import Call, Contact
from milestones.people.contacts import named, reachable
from milestones.querysets import in_force
from milestones.telling import listed

LOOKED_BACK = 8  # calls: more in a row are never skipped or running at once
_IN_A_ROW = 2


@dataclass(frozen=True)
class Copying:
    """What PLCY is offered, never forced to do: copy an agency's principals on a reminder.

    `names` are those who would be copied, `codes` the milestones the agency was silent about twice.
    """

    agency: str
    names: tuple[str, ...]
    codes: tuple[str, ...]

    @property
    def offer(self) -> str:
        """Say it: "Also copy Kim Lee, CBP’s principal: silent about 3.1 for two calls in a row"."""
        whose = "principal" if len(self.names) == 1 else "principals"
        who, which = listed(self.names), listed(self.codes)
        return f"Also copy {who}, {agency_name(self.agency)}’s {whose}: silent about {which} for two calls in a row"


def calls_before(call: Call, moment: datetime | None, count: int = LOOKED_BACK) -> list[Call]:
    """Return the calls before one as they stood at a moment (None: now), the latest first. Two queries."""
    rows = Call.objects.recorded_before(moment).filter(ends_on__lt=call.ends_on)
    return list(rows.order_by("-ends_on")[:count])


def latest_fallen_due(asked: Sequence[Stretch], now: datetime) -> list[Stretch]:
    """Return the opened calls, the latest first, down to the second that had fallen due for every agency. No query."""
    found: list[Stretch] = []
    count = 0
    for each in asked:
        if each.terms.is_opened(now) and count < _IN_A_ROW:
            found.append(each)
            count += max([each.terms.due_at, *each.terms.extended.values()]) <= now
    return found


def silent_twice(
    asked: Sequence[Stretch], rolls: Mapping[str, Sequence[Asked]], now: datetime
) -> dict[str, tuple[str, ...]]:
    """Return `{agency: numbers of the milestones}` it was silent about in both of the two latest calls due. No query.

    Due for that agency: while its time is extended the two before count. A skipped call is none. An answer given late,
    before the next call fell due, breaks the silence. `asked` are `latest_fallen_due`, `rolls` their `take_roll`.
    """
    silent: dict[str, list[set[str]]] = {}
    codes: dict[str, list[str]] = {}
    for each in asked:
        roll = rolls.get(each.call.week, ())
        for agency in {row.agency.code for row in roll if each.terms.due_for(row.agency.code) <= now}:
            mine = [row.milestone.code for row in roll if row.agency.code == agency and row.heard == Heard.SILENT]
            silent.setdefault(agency, []).append(set(mine))
            codes.setdefault(agency, mine)  # in plan order
    twice = {
        agency: tuple(code for code in codes[agency] if all(code in each for each in found[:_IN_A_ROW]))
        for agency, found in silent.items()
        if len(found) >= _IN_A_ROW
    }
    return {agency: found for agency, found in twice.items() if found}


def principals_to_copy(owed: Mapping[str, Collection[str]], twice: Mapping[str, tuple[str, ...]]) -> dict[str, Copying]:
    """Return `{agency: what is offered}` for those silent twice who name a principal for what they owe. One query."""
    asked = [agency for agency in owed if agency in twice]
    if not asked:
        return {}
    rows = Contact.objects.filter(
        named(None),
        reachable(clock.real_day()),
        in_force(None, "responsibility__"),
        part=Contact.Part.PRINCIPAL,
        responsibility__agency__in=asked,
    ).select_related("person", "responsibility__milestone")
    names: dict[str, set[str]] = {}
    for row in rows:
        held = row.responsibility
        if held.milestone.code in owed[held.agency_id]:
            names.setdefault(held.agency_id, set()).add(row.person.name)
    return {each: Copying(each, tuple(sorted(names[each])), twice[each]) for each in asked if each in names}


def why_not_copy(
    agency: str, owed: Mapping[str, Collection[str]], twice: Mapping[str, object], offered: Mapping[str, object]
) -> str:
    """Say why an agency's principal is not copied on a reminder of what is owed; "" when that was offered. No query."""
    name = agency_name(agency)
    if agency in offered:
        return ""
    if agency not in owed:
        return f"{name} is not reminded now, so its principal cannot be copied."
    if agency not in twice:
        return f"{name} was not silent for two calls in a row; its principal is not copied."
    return f"{name} names no principal for these milestones."
