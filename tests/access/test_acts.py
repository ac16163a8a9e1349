"""Does everybody do exactly what acts.toml lets them do, and is nothing written otherwise? (R02, R03, R07, R09)

The table is acts.toml: one row for each act on each relation between who acts and what is acted upon, one column for
each pair of eyes. A page that takes what is sent, a kind of act that the journal knows and a field of a form fail here
until they stand in it.
"""

from django.test import Client

from esc_tracker.journal.models import Entry
from reports.journal.verbs import VERBS
from tests.access.acting import (
    ACTS,
    DONE,
    EYES,
    TABLE,
    TAKEN,
    as_filled_in,
    in_general,
    name_of,
    outcomes,
    routed,
    send,
    signed_in,
    undone,
)
from tests.pages.test_access import NOT_A_PAGE, ROLES, ROWS, _route_of
from tests.pages.test_access import _fingerprint as fingerprint


def _complaint(outcome: str, status: int, *, wrote: bool, changed: bool) -> str:
    if outcome == DONE:
        return "" if status in TAKEN and changed else f"gets {status}, {'' if changed else 'and nothing was written'}"
    if str(status) != outcome:
        return f"gets {status}, the table says {outcome}"
    return f"gets {status}, yet it wrote" if wrote and changed else ""


def test_every_act_is_done_by_whom_the_table_names_and_refused_to_all_others_with_nothing_written(people):
    clients = {eyes: signed_in(people[eyes]) for eyes in EYES}
    before, entries = fingerprint(), Entry.objects.count()
    wrong, verbs = [], set[str]()

    for act in ACTS:
        sent = as_filled_in(act, people, clients)
        for eyes, outcome in outcomes(act).items():
            with undone() as written:
                status = send(clients[eyes], act, sent).status_code
                wrote = bool(written.statements)  # no statement, no change; with one, the rows themselves are compared
                changed = wrote and fingerprint() != before
                verbs |= (
                    set(Entry.objects.filter(number__gt=entries).values_list("verb", flat=True)) if wrote else set()
                )
            if complaint := _complaint(outcome, status, wrote=wrote, changed=changed):
                wrong.append(f"{name_of(act)}: {eyes} {complaint}")

    assert "\n".join(wrong) == ""
    assert (fingerprint(), Entry.objects.count()) == (before, entries)
    assert sorted(set(VERBS) - verbs) == sorted(TABLE["verbs_elsewhere"])


def test_nobody_does_anything_without_signing_in(people):
    clients = {eyes: signed_in(people[eyes]) for eyes in EYES}
    wrong = []

    for act in ACTS:
        sent = as_filled_in(act, people, clients)
        with undone() as written:
            answer = Client(raise_request_exception=False).post(sent.path, sent.data)
        if answer.status_code != 302 or not answer.headers["Location"].startswith("/accounts/login/"):
            wrong.append(f"{name_of(act)}: {answer.status_code}")
        if written.statements:
            wrong.append(f"{name_of(act)}: {written.statements[0][:80]}")

    assert "\n".join(wrong) == ""


def test_every_field_of_a_form_stands_in_the_table_and_no_other(people):
    clients = {eyes: signed_in(people[eyes]) for eyes in EYES}
    told: dict[str, set[str]] = {act["act"]: set() for act in ACTS}
    shown: dict[str, set[str]] = {act["act"]: set() for act in ACTS}

    for act in ACTS:
        told[act["act"]] |= set(act.get("fields", "").split())
        if DONE in outcomes(act).values():
            shown[act["act"]] |= {in_general(name) for name in as_filled_in(act, people, clients).own}

    assert {act: sorted(shown[act] ^ told[act]) for act in told if shown[act] != told[act]} == {}


def test_every_page_that_takes_what_is_sent_stands_in_the_table_and_no_other():
    answers: dict[str, list[set[str]]] = {}
    for row in ROWS:
        if row["verb"] == "POST" and (route := _route_of(row["path"].partition("?")[0])):
            answers.setdefault(route, []).append({row[role] for role in ROLES if role != "anonymous"})
    taken = {route for route, rows in answers.items() if any("405" not in row and row != {"404"} for row in rows)}
    taken = {route for route in taken if not NOT_A_PAGE.match(route)}
    told = {_route_of(routed(act)) for act in ACTS}
    others = {_route_of(path) for path in [*TABLE["of_oneself"], *TABLE["shows"]]}

    assert "" not in told
    assert sorted(taken - told - others) == []
    assert sorted((told | others) - taken) == []
    assert sorted(told & others) == []
