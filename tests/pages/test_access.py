"""Does every page answer every role as the access table says, and does a refusal change nothing?

The table is access.csv: one row for each URL and verb, one column for each role. A new page fails here until its rows
stand in the table. The member sits for CBP. `{member}` in a path is the key of a member's account, `{due_out}` that of
what CBP owes, `{question}` that of what it is asked. The record is that of `tell_a_history`; POST is sent empty, so 200
or 400 means "may, but something is missing".
"""

import csv
import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, Nomination, Role, Session, User
from esc_tracker.accounts.seats import decline, nominate
from milestones.calls.calling import open_calls
from milestones.deciding import confirm
from milestones.meetings.due_outs import owe
from milestones.meetings.planning import announce
from milestones.models import DueOut, Milestone, Person, Question, StatusUpdate
from milestones.people.naming import keep_person
from milestones.plan.assigning import assign
from milestones.questions import ask
from milestones.updates import post_update
from milestones.words import Completion, Words
from milestones.workflow import Outcome, Outlook, Status
from reports.weekly import drafting, publishing, releasing
from tests.factories import make_user

ROLES = ("anonymous", "coac", "reader", "member", "plcy", "admin")
VERBS = ("GET", "POST")
ODD_VERBS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE")
BUSINESS = ("accounts", "journal", "actions", "milestones", "reports")
PUBLIC = {
    "/livez",
    "/readyz",
    "/static/css/site.css",
    "/accounts/login/",
    "/accounts/inactive/",
    *(f"/accounts/passphrase/{page}/" for page in ("forgotten", "asked", "choose", "a-made-up-link")),
}
SIGN_IN = ("/accounts/login/", "/admin/login/")  # the second leads on to the first
NOT_A_PAGE = re.compile(r"^admin/\(\?P<url>")  # the account list's own "no such page"

with (Path(__file__).parent / "access.csv").open(newline="") as table:
    ROWS = list(csv.DictReader(table))


@pytest.fixture
def people(plan) -> dict[str, User | None]:
    """Give one person for each column of the table."""
    return {
        "anonymous": None,
        "coac": make_user("coac@esc.example", Role.COAC_READER),
        "reader": make_user("reader@esc.example", Role.READER),
        "member": make_user("cbp@esc.example", Role.ESC_MEMBER, "CBP"),
        "plcy": make_user("plcy@esc.example", Role.PLCY_STAFF),
        "admin": make_user("admin@esc.example", Role.ADMINISTRATOR),
    }


@pytest.fixture
def history(people) -> None:
    """Tell the history the table speaks of."""
    tell_a_history(member=people["member"], plcy=people["plcy"])


def tell_a_history(*, member: User, plcy: User) -> None:
    """Post a little of everything: 3.1 at risk and overdue, 4.3 waits to be confirmed, 2.2 is completed, 1.1 CBP's.

    The report of W36 is published and released, that of W37 a draft. ESC meeting 1 was held on Sep 4 and CBP owes it a
    list; meeting 2 is planned for Sep 17. CBP keeps one person; the one nomination was declined.
    """
    ice = make_user("ice-hsi@esc.example", Role.ESC_MEMBER, "ICE-HSI")
    usps = make_user("usps@esc.example", Role.ESC_MEMBER, "USPS")
    done = Completion.when(TargetDate.month(2020, 9), Outcome.DELIVERED)
    with clock.at(_on(2, 9)):
        open_calls(clock.now())
    with clock.at(_on(3, 10)):
        _say("2.2", member, status=Status.REPORTED_COMPLETE, completion=done)
        assign(["1.1"], agency=Agency.objects.get(pk="CBP"), part="lead", by=plcy, reason="Agreed by the ESC.")
        first = announce(by=plcy, title="Sample: first meeting", held_at=_on(4, 9))
        announce(by=plcy, title="Sample: second meeting", held_at=_on(17, 9))
        keep_person(member.agency, by=member, name="Kim Lee", office="", email="kim.lee@cbp.example", phone="")
        nominated = nominate(by=plcy, name="Eve Ortiz", email="eve@gao.example", role=Role.READER, agency=None)
        decline(nominated, by=make_user("admin2@esc.example", Role.ADMINISTRATOR), remark="Sample: unknown.")
    with clock.at(_on(4, 10)):
        owe(first, by=plcy, text="Sample: a list.", agency=Agency.objects.get(pk="CBP"), due_on=_on(21, 9).date())
        confirm(_milestone("2.2"), by=plcy, seen_version=1)
        _say("5.1", usps)
    with clock.at(_on(9, 9)):
        open_calls(clock.now())
    with clock.at(_on(10, 15)):
        remarks = {"note": "A remark.", "agency_note": "Ours."}
        said = _say("3.1", member, status=Status.IN_PROGRESS, outlook=Outlook.AT_RISK, **remarks)
        ask(said, by=plcy, text="Sample: since when?")
        _say("4.3", ice, status=Status.REPORTED_COMPLETE, completion=done)
    with clock.at(_on(14, 0)):
        [w36, _] = drafting.write_due(clock.now())
        releasing.release(publishing.publish(w36, by=plcy), by=plcy, cleared_by="Dana Reyes, counsel")


def _on(day: int, hour: int) -> datetime:
    return datetime(2020, 9, day, hour, tzinfo=clock.NEW_YORK)


def _milestone(code: str) -> Milestone:
    return Milestone.objects.coded(code).get()


def _say(code: str, by: User, *, outlook: str = Outlook.ON_TRACK, **more) -> StatusUpdate:
    milestone = _milestone(code)
    words = Words(
        statement="Sample: the rule is being drafted.",
        outlook=outlook,
        reason="" if outlook == Outlook.ON_TRACK else "Sample: counsel has not answered.",
        forecast=TargetDate.month(2020, 10),
    )
    return post_update(milestone, by=by, seen_version=milestone.version, words=words, **more)


def _fingerprint() -> dict[str, str]:
    """Return a digest of all rows of each business table (when a person last signed in aside)."""
    prints = {}
    for model in apps.get_models():
        if model._meta.app_label in BUSINESS and model is not Session:  # a session is no business of the record
            columns = [field.attname for field in model._meta.concrete_fields if field.name != "last_login"]
            rows = list(model._default_manager.order_by("pk").values_list(*columns))
            prints[model._meta.label] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return prints


def _session_of(person: User | None) -> str | None:
    if person is None:
        return None
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


def _ask(path: str, verb: str, session: str | None):
    client = Client(raise_request_exception=False)
    if session:
        client.cookies["sessionid"] = session
    answer = client.generic(verb, path)
    if answer.streaming:
        list(answer.streaming_content)  # or the file stays open
    return answer


def _path(row: dict[str, str], people: dict[str, User | None]) -> str:
    models = {"due_out": DueOut, "question": Question, "person": Person, "nomination": Nomination}
    keys = {name: model.objects.first() for name, model in models.items()}
    return row["path"].format(member=people["member"].pk, **{name: row.pk if row else 1 for name, row in keys.items()})


def _routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Walk the whole URLconf."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, route)
        elif not NOT_A_PAGE.match(route):
            yield route, pattern


def _pages() -> Iterator[tuple[str, URLPattern]]:
    return _routes(get_resolver())


def _route_of(path: str) -> str:
    try:
        return resolve(path.format(member=1, due_out=1, question=1, person=1, nomination=1)).route
    except Resolver404:
        return ""


def test_every_url_and_verb_stands_in_the_table_once():
    told = [(row["path"], row["verb"]) for row in ROWS]
    covered = {(_route_of(path), verb) for path, verb in told}

    missing = [f"{verb} {route}" for route, _ in _pages() for verb in VERBS if (route, verb) not in covered]

    assert "\n".join(missing) == ""
    assert len(set(told)) == len(told)


def test_the_table_is_filled_in():
    bad = [
        f"{row['verb']} {row['path']}: {role} is {row[role]!r}"
        for row in ROWS
        for role in ROLES
        if not re.fullmatch(r"[1-4][0-9]{2}", row[role] or "") or row["verb"] not in VERBS
    ]

    assert "\n".join(bad) == ""


def test_only_sign_in_health_and_static_files_are_public(people):
    answered = {
        row["path"]
        for row in ROWS
        for answer in [_ask(_path(row, people), row["verb"], None)]
        if answer.status_code not in {404, 405} and not answer.headers.get("Location", "").startswith(SIGN_IN)
    }

    assert answered == PUBLIC
    opted_out = {route for route, page in _pages() if not getattr(page.callback, "login_required", True)}
    # The agency's sign-on is public as the sign-in page is: nobody is signed in before it has done its work.
    sign_in = {"accounts/login/", "accounts/logout/", "accounts/inactive/", "accounts/agency/start/"}
    second_step = {"accounts/2fa/check/", "accounts/2fa/passkeys/sign-in/"}
    links = {f"accounts/passphrase/{page}/" for page in ("forgotten", "asked", "choose", "<str:token>")}
    assert opted_out == {"livez", "readyz", "metrics", "accounts/agency/callback/"} | sign_in | second_step | links


@pytest.mark.parametrize("role", ROLES)
def test_every_cell_of_the_table_holds_and_what_is_refused_or_read_writes_nothing(role, people, history):
    session = _session_of(people[role])
    before = _fingerprint()
    wrong = []

    for row in ROWS:
        with transaction.atomic():
            answer = _ask(_path(row, people), row["verb"], session)
            if answer.status_code != int(row[role]):
                wrong.append(f"{row['verb']} {row['path']}: {answer.status_code}, the table says {row[role]}")
            if (row["verb"] == "GET" or answer.status_code >= 300) and _fingerprint() != before:
                wrong.append(f"{row['verb']} {row['path']}: {answer.status_code}, yet it wrote")
            transaction.set_rollback(True)

    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("role", ["anonymous", "coac", "plcy"])
def test_no_other_verb_breaks_a_page_or_writes(role, people, history):
    session = _session_of(people[role])
    before = _fingerprint()
    wrong = []

    for path in sorted({_path(row, people) for row in ROWS}):
        with transaction.atomic():
            for verb in ODD_VERBS:
                answer = _ask(path, verb, session)
                if answer.status_code >= 500:
                    wrong.append(f"{verb} {path}: {answer.status_code}")
                    break
            else:
                if _fingerprint() != before:
                    wrong.append(f"{path}: one of {ODD_VERBS} wrote")
            transaction.set_rollback(True)

    assert "\n".join(wrong) == ""


def test_a_refusal_says_why_in_a_sentence(people):
    answer = _ask("/admin/", "GET", _session_of(people["plcy"]))

    assert answer.status_code == 403
    assert "The account list is for administrators." in answer.content.decode()
