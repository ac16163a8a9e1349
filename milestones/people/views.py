"""What did the person ask about who is called for an agency, and who takes over?"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from esc_tracker.numbers import counted
from esc_tracker.refusals import Incomplete, NotAllowed, Overtaken
from milestones.finding import Acting, acts
from milestones.models import Person, Responsibility
from milestones.offers import why_not_then
from milestones.people.contacts import Part
from milestones.people.forms import AwayForm, ContactsForm, HandOverForm, PersonForm
from milestones.people.handing_over import HandedOver, hand_over
from milestones.people.naming import keep_person, last_change_of, name_contact, seal_of, set_away
from milestones.people.permissions import why_not_people, why_not_see_people, why_not_send_report
from milestones.people.showing import PARTS, Line, in_words, lines_of, people_of, seats_without_person
from milestones.telling import listed

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # what a form remembers where nobody was ever named

# --- Who is called --------------------------------------------------------------------------------------------------


@acts
def people(request: Acting, code: str) -> HttpResponse:
    """Show an agency's people and contacts, or name one person for many milestones."""
    agency = _agency(request, code)
    lines = lines_of(agency, request.reader)
    if request.method != "POST":
        return _people_page(request, agency, lines, None)
    _demand_may_act(request, agency)
    form = _contacts_form(request, Person.objects.filter(agency=agency).select_related("seat"), lines)
    if not form.is_valid():
        return _people_page(request, agency, lines, form)
    chosen = [line.held for line in lines if line.milestone.code in form.chosen]
    try:
        opened = name_contact(
            chosen,
            by=request.user,
            part=form.cleaned_data["part"],
            person=form.person_chosen,
            seen=_moment(form.cleaned_data["seen"]),
        )
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Overtaken as late:
        form.add_problems(late.problems)
        return _people_page(request, agency, lines_of(agency, request.reader), form, status=409)
    except Incomplete as incomplete:
        form.add_problems(incomplete.problems)
        return _people_page(request, agency, lines, form)
    codes = [held.milestone.code for held in sorted(chosen, key=_place)]
    messages.success(request, _named(Part(form.cleaned_data["part"]), form.person_chosen, codes, len(opened)))
    return redirect("milestones:people", agency.code)


def _place(held: Responsibility) -> tuple[int, int]:
    return held.milestone.action_id, held.milestone.position


def _people_page(
    request: Acting, agency: Agency, lines: list[Line], form: ContactsForm | None, *, status: int = 200
) -> HttpResponse:
    listed = people_of(agency, lines, request.reader)
    may_act = not (why_not_people(request.user, agency.code) or why_not_then(request.reader))
    context: dict[str, Any] = {
        "reader": request.reader,
        "agency": agency,
        "lines": lines,
        "parts": [part.label for part in PARTS],
        "in_words": in_words(agency, lines),
        "listed": listed,
        "may_act": may_act,
    }
    if may_act:
        seen = last_change_of(agency.code)
        context["seats"] = seats_without_person(agency)
        context["seen"] = (seen or LONG_AGO).isoformat()
        context["form"] = form or _contacts_form(request, [each.person for each in listed], lines)
        context["ticked"] = request.POST.getlist("milestones")
    return render(request, "people/agency.html", context, status=status)


def _contacts_form(request: Acting, listed: Iterable[Person], lines: list[Line]) -> ContactsForm:
    now = clock.real_day()
    offered = [person for person in listed if person.seat is None or person.seat.is_seated(now)]
    data = request.POST if request.method == "POST" else None
    return ContactsForm(data, codes=[line.milestone.code for line in lines], people=offered)


def _named(part: Part, person: Person | None, codes: list[str], opened: int) -> str:
    """Say what was done."""
    which = listed(codes)
    label = part.label.lower()
    if person is None:
        return f"Saved: nobody is {label} for {which}."
    return (
        f"Saved: {person.name} is {label} for {which}." if opened else f"{person.name} was {label} for {which} already."
    )


# --- One person -----------------------------------------------------------------------------------------------------


@acts
def add_person(request: Acting, code: str) -> HttpResponse:
    """Show or take a new person of an agency; `?seat=7` begins with what an account says."""
    agency = _agency(request, code)
    _demand_may_act(request, agency)
    seats = seats_without_person(agency)
    begun = next((seat for seat in seats if str(seat.pk) == request.GET.get("seat")), None)
    initial = {"name": begun.name, "email": begun.email, "seat": str(begun.pk)} if begun else {}
    sent = request.POST if request.method == "POST" else None
    form = PersonForm(sent, seats=seats, sends_report=_sends_report(request), initial=initial)
    if form.is_valid() and (kept := _kept(request, agency, form, None)):
        messages.success(request, f"Saved: {kept.name} is one of {agency}’s people.")
        return redirect("milestones:people", agency.code)
    return _person_page(request, agency, form, AwayForm(), None)


@acts
def person(request: Acting, code: str, number: int) -> HttpResponse:
    """Show or correct one person's details."""
    agency = _agency(request, code)
    found = get_object_or_404(Person.objects.select_related("seat"), agency=agency, pk=number)
    _demand_may_act(request, agency)
    form = _person_form(request, agency, found)
    if not form.is_valid():
        return _person_page(request, agency, form, _away_form(found), found)
    try:
        kept = _kept(request, agency, form, found)
    except Overtaken as late:
        form.add_problems(late.problems)
        return _person_page(request, agency, form, _away_form(found), found, status=409)
    if kept is None:
        return _person_page(request, agency, form, _away_form(found), found)
    ended = " The weekly report no longer goes there." if found.gets_report and not kept.gets_report else ""
    messages.success(request, f"Saved: the details of {kept.name}.{ended}")
    return redirect("milestones:people", agency.code)


@require_POST
def away(request: Acting, code: str, number: int) -> HttpResponse:
    """Take until when a person is away."""
    agency = _agency(request, code)
    found = get_object_or_404(Person.objects.select_related("seat"), agency=agency, pk=number)
    _demand_may_act(request, agency)
    form = AwayForm(request.POST)
    if form.is_valid() and "away_until" in request.POST:
        try:
            kept = set_away(found, by=request.user, away_until=form.cleaned_data["away_until"])
        except Incomplete as incomplete:
            form.add_problems(incomplete.problems)
        else:
            until = kept.away_until
            said = f"away until {until:%b} {until.day}, {until.year}" if until else "not away"
            messages.success(request, f"Saved: {kept.name} is {said}.")
            return redirect("milestones:people", agency.code)
    return _person_page(request, agency, _person_form(request, agency, found, shown=True), form, found)


def _kept(request: Acting, agency: Agency, form: PersonForm, found: Person | None) -> Person | None:
    """Return the person as kept, or None with what is wrong shown in the form."""
    seen = form.cleaned_data.get("seen") or None
    try:
        return keep_person(agency, by=request.user, person=found, seen=seen, **form.details)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Overtaken:
        raise
    except Incomplete as incomplete:
        form.add_problems(incomplete.problems)
        return None


def _person_form(request: Acting, agency: Agency, found: Person, *, shown: bool = False) -> PersonForm:
    """Return the form of a person's details: as sent, or (`shown`, or for a page asked for) as they stand."""
    seats = [*([found.seat] if found.seat else []), *seats_without_person(agency)]
    initial = {name: getattr(found, name) for name in ("name", "office", "email", "phone", "gets_report")}
    initial |= {"seat": str(found.seat_id or ""), "seen": seal_of(found)}
    sent = request.POST if request.method == "POST" and not shown else None
    return PersonForm(sent, seats=seats, sends_report=_sends_report(request), initial=initial)


def _sends_report(request: Acting) -> bool:
    return not why_not_send_report(request.user)


def _away_form(found: Person) -> AwayForm:
    return AwayForm(initial={"away_until": found.away_until})


def _person_page(
    request: Acting, agency: Agency, form: PersonForm, away: AwayForm, found: Person | None, *, status: int = 200
) -> HttpResponse:
    seen = seal_of(found) if found else ""
    context = {"agency": agency, "form": form, "away": away, "person": found, "seen": seen}
    return render(request, "people/person.html", context, status=status)


# --- Hand over ------------------------------------------------------------------------------------------------------


@acts
def hand_over_to(request: Acting, code: str) -> HttpResponse:
    """Show or take a hand-over; `?from=7` begins with who gives."""
    agency = _agency(request, code)
    _demand_may_act(request, agency)
    listed = list(Person.objects.filter(agency=agency))
    form = HandOverForm(
        request.POST if request.method == "POST" else None,
        people=listed,
        initial={"giver": request.GET.get("from", "")},
    )
    if form.is_valid():
        giver, successor = (form.people[form.cleaned_data[name]] for name in ("giver", "successor"))
        try:
            done = hand_over(giver, successor, by=request.user)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Incomplete as incomplete:
            form.add_problems(incomplete.problems)
        else:
            messages.success(request, _handed_over(giver, successor, done))
            return redirect("milestones:people", agency.code)
    return render(request, "people/hand_over.html", {"agency": agency, "form": form, "several": len(listed) > 1})


def _handed_over(giver: Person, successor: Person, done: HandedOver) -> str:
    if not done:
        return f"{giver.name} had nothing to hand over to {successor.name}; nothing was changed."
    moved = [
        f"milestone{'' if len(done.codes) == 1 else 's'} {listed(list(done.codes))}" if done.codes else "",
        _drafts(done.drafts) if done.drafts else "",
        "the choices about mail" if done.preferences else "",
    ]
    stay = "stays" if done.drafts_left == 1 else "stay"
    stays = f" {_drafts(done.drafts_left).capitalize()} {stay} with the agency." if done.drafts_left else ""
    return f"Saved: {successor.name} takes over from {giver.name}: {'; '.join(filter(None, moved))}.{stays}"


def _drafts(count: int) -> str:
    return f"{counted(count)} draft{'' if count == 1 else 's'}"


# --- What they share ------------------------------------------------------------------------------------------------


def _agency(request: Acting, code: str) -> Agency:
    if refusal := why_not_see_people(request.reader.role):
        raise PermissionDenied(refusal)
    return get_object_or_404(Agency, code=code)


def _demand_may_act(request: Acting, agency: Agency) -> None:
    if refusal := why_not_people(request.user, agency.code) or why_not_then(request.reader):
        raise PermissionDenied(refusal)


def _moment(text: str) -> datetime | None:
    """Read what the form remembers of the last change; None where it remembers none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
