"""Are several decisions recorded at once, each for itself, each on what the decider saw?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from milestones.deciding import confirm, return_completion, withdraw
from milestones.models import Meeting, StatusUpdate, TargetRevision
from milestones.targets.revisions import decide_revision
from milestones.workflow import Status
from tests.milestones.telling import in_september, milestone, say
from tests.reports.decisions.conftest import ask
from tests.reports.pages.reading import words_of

pytestmark = pytest.mark.django_db


def record(client, choices=None, **fields):
    """Send answers by key, such as `{"completion-5.1": "confirm"}`, and whatever else the form holds."""
    answers = {f"{key}-answer": answer for key, answer in (choices or {}).items()}
    versions = {f"{key}-version": "1" for key in (choices or {}) if key.startswith("completion")}
    return client.post("/decisions/", {**versions, **answers, **fields})


def told(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def results(answer) -> list[tuple[str, bool, str]]:
    return [(each.code, each.done, each.words) for each in answer.context["results"]]


def entries() -> int:
    return Entry.objects.count()


def key(revision: TargetRevision) -> str:
    return f"revision-{revision.pk}"


def state(revision: TargetRevision) -> str:
    return TargetRevision.objects.get(pk=revision.pk).state


def held(number: int, by) -> Meeting:
    """Make a meeting that was held on Sep 11."""
    meeting = Meeting.objects.create(number=number, recorded_at=in_september(1), by=by)
    meeting.announcements.create(
        recorded_at=in_september(1), by=by, title="September", held_at=in_september(11), read_ahead_at=in_september(9)
    )
    return meeting


# --- All is well -----------------------------------------------------------------------------------------------------


def test_several_are_recorded_at_once_each_an_act_of_its_own(client_of, plcy, ice, asked, reported):
    say("4.3", ice, status=Status.REPORTED_COMPLETE)
    before = entries()
    choices = {key(asked): "accept", "completion-5.1": "confirm", "completion-4.3": "return"}

    answer = record(client_of(plcy), choices, **{"completion-4.3-remark": " Evidence missing. "})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/decisions/")
    assert told(answer) == [
        "Recorded: 4.5: the new target, Dec. 2020, is approved.",
        "Recorded: 5.1: its completion is confirmed.",
        "Recorded: 4.3: it is returned to the agency and in progress again.",
    ]
    assert entries() == before + 3
    assert (state(asked), milestone("5.1").current_status, milestone("4.3").current_status) == (
        "accepted", "completed", "in_progress"
    )  # fmt: skip
    assert StatusUpdate.objects.get(move="return").remark == "Evidence missing."


def test_a_refusal_moves_nothing_and_what_is_left_stays(client_of, plcy, asked, reported):
    answer = record(client_of(plcy), {key(asked): "refuse", "completion-5.1": "leave"})

    assert told(answer) == ["Recorded: 4.5: the new target, Dec. 2020, is refused."]
    assert (state(asked), milestone("4.5").current_moves) == ("refused", 0)
    assert milestone("5.1").current_status == "reported_complete"


def test_one_authority_counts_for_all_of_them(client_of, plcy, asked, reported):
    held(3, plcy)

    record(
        client_of(plcy), {key(asked): "accept", "completion-5.1": "confirm"}, authority="meeting", authority_meeting="3"
    )

    asked.refresh_from_db()
    decided = [str(row.decided_under) for row in (asked, StatusUpdate.objects.get(move="confirm"))]
    assert decided == ["the ESC, meeting 3"] * 2


def test_what_a_principal_decided_about_ones_own_request_is_recorded(client_of, plcy, record_of_own):
    who = {"authority": "principal", "authority_principal": "Dana Reyes", "authority_on": "2020-09-11"}

    answer = record(client_of(plcy), {key(record_of_own): "accept"}, **who)

    assert (answer.status_code, state(record_of_own)) == (302, "accepted")


@pytest.fixture
def record_of_own(record, plcy) -> TargetRevision:
    """PLCY asked for a new target of its own milestone 4.2."""
    return ask("4.2", plcy)


# --- One bad row never loses the others ------------------------------------------------------------------------------


def test_ones_own_request_is_refused_and_the_rest_is_recorded(client_of, plcy, record_of_own, asked):
    answer = record(client_of(plcy), {key(record_of_own): "accept", key(asked): "accept"})

    assert answer.status_code == 200
    assert results(answer) == [
        ("4.2", False, "You asked for this yourself; another person of the chair's office decides it."),
        ("4.5", True, "4.5: the new target, Dec. 2020, is approved."),
    ]
    assert (state(record_of_own), state(asked)) == ("pending", "accepted")
    [row] = answer.context["rows"]
    assert (row["it"].key, row["answer"]) == (key(record_of_own), "accept")


def test_a_return_without_a_remark_is_asked_for_it_and_the_rest_is_recorded(client_of, plcy, asked, reported):
    answer = record(client_of(plcy), {"completion-5.1": "return", key(asked): "refuse"})

    assert results(answer) == [
        ("5.1", False, "Say why, so that the agency knows what to do."),
        ("4.5", True, "4.5: the new target, Dec. 2020, is refused."),
    ]
    [row] = answer.context["rows"]
    assert (row["it"].key, row["answer"]) == ("completion-5.1", "return")
    assert milestone("5.1").current_status == "reported_complete"


@pytest.mark.parametrize(
    ("remark", "said"),
    [
        ("x" * 501, "This is 501 characters long; 500 fit."),
        ("NUL \x00", "This text contains characters that cannot be kept. Please type it again."),
    ],
)
def test_a_remark_that_cannot_be_kept_is_refused_and_shown_again(client_of, plcy, reported, remark, said):
    answer = record(client_of(plcy), {"completion-5.1": "return"}, **{"completion-5.1-remark": remark})

    assert results(answer) == [("5.1", False, said)]
    assert answer.context["rows"][0]["remark"] == remark


def test_an_authority_that_is_not_whole_records_nothing_and_keeps_what_was_chosen(client_of, plcy, asked, reported):
    before = entries()

    answer = record(
        client_of(plcy),
        {key(asked): "refuse", "completion-5.1": "return"},
        authority="principal",
        **{"completion-5.1-remark": "Page 3 is missing."},
    )

    assert (answer.status_code, entries()) == (200, before)
    assert set(answer.context["form"].errors) == {"authority_principal", "authority_on"}
    assert [(row["answer"], row["remark"]) for row in answer.context["rows"]] == [
        ("return", "Page 3 is missing."),
        ("refuse", ""),
    ]


def test_a_meeting_that_was_not_held_decides_nothing(client_of, plcy, asked):
    answer = record(client_of(plcy), {key(asked): "accept"}, authority="meeting", authority_meeting="3")

    assert (answer.status_code, state(asked)) == (200, "pending")
    assert answer.context["form"].errors


@pytest.mark.parametrize("choices", [{}, {"completion-5.1": "leave"}, {"completion-5.1": ""}])
def test_when_nothing_was_chosen_that_is_said(client_of, plcy, reported, choices):
    answer = record(client_of(plcy), choices)

    assert answer.status_code == 200
    assert "Nothing was chosen, so nothing was recorded." in words_of(answer)


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("completion-5.1", "accept", ("5.1", False, "Choose one of the answers offered.")),
        ("completion-99.9", "confirm", ("99.9", False, "There is no such request.")),
        ("revision-999999", "accept", ("", False, "There is no such request.")),
    ],
)
def test_what_was_never_offered_is_refused_in_words(client_of, plcy, reported, name, answer, said):
    before = entries()

    page = record(client_of(plcy), {name: answer})

    assert (page.status_code, results(page), entries()) == (200, [said], before)


@pytest.mark.parametrize(
    "name", ["revision-0", "revision-" + "9" * 40, "revision-x", "completion-5", "completion-", "x"]
)
def test_names_that_are_none_of_ours_are_ignored(client_of, plcy, reported, name):
    assert "Nothing was chosen" in words_of(record(client_of(plcy), {name: "accept"}))


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, None])
def test_a_completion_without_a_version_is_read_again_first(client_of, plcy, reported, version):
    fields = {"completion-5.1-answer": "confirm"} | ({} if version is None else {"completion-5.1-version": version})

    answer = client_of(plcy).post("/decisions/", fields)

    assert results(answer) == [("5.1", False, "This was out of date. Read it again below, then decide.")]
    assert milestone("5.1").current_status == "reported_complete"


# --- Overtaken -------------------------------------------------------------------------------------------------------


def ago(**passed):
    """Stand a little before the record's present moment."""
    return clock.at(clock.now() - timedelta(**passed))


def test_a_request_a_colleague_decided_says_who_and_what(client_of, plcy, plcy2, asked):
    with ago(minutes=2, seconds=5):
        decide_revision(asked, by=plcy2, accept=False)

    answer = record(client_of(plcy), {key(asked): "accept"})

    assert results(answer) == [("4.5", False, "PLCY2 decided this two minutes ago: refused.")]
    assert "Nothing was recorded Not recorded, 4.5: PLCY2 decided" in words_of(answer)
    assert state(asked) == "refused"


def test_a_request_that_was_replaced_is_refused_with_the_new_one_shown(client_of, plcy, ice, asked):
    newer = ask("4.5", ice, TargetDate.month(2021, 2))

    answer = record(client_of(plcy), {key(asked): "accept"})

    [(code, done, words)] = results(answer)
    assert (code, done) == ("4.5", False)
    assert words == "ICE/HSI asked for Feb. 2021 instead, just now; the request for Dec. 2020 waits no more."
    assert [(row["it"].key, row["answer"]) for row in answer.context["rows"]] == [(key(newer), "leave")]
    assert (state(newer), milestone("4.5").current_moves) == ("pending", 0)


def test_a_request_on_a_milestone_withdrawn_meanwhile_waits_no_more(client_of, plcy, plcy2, asked):
    withdraw(milestone("4.5"), by=plcy2, seen_version=milestone("4.5").version, remark="Overtaken.")

    answer = record(client_of(plcy), {key(asked): "accept"})

    [(_, done, words)] = results(answer)
    assert (done, "waits no more" in words) == (False, True)
    assert milestone("4.5").current_moves == 0


@pytest.mark.parametrize(
    ("overtake", "said"),
    [
        (lambda by: confirm(milestone("5.1"), by=by, seen_version=1), "PLCY2 confirmed completion three hours ago."),
        (
            lambda by: return_completion(milestone("5.1"), by=by, seen_version=1, remark="Not yet."),
            "PLCY2 returned the report three hours ago.",
        ),
    ],
    ids=["confirmed", "returned"],
)
def test_a_completion_a_colleague_decided_says_who_and_what(client_of, plcy, plcy2, reported, overtake, said):
    with ago(hours=3, minutes=1):
        overtake(plcy2)

    answer = record(client_of(plcy), {"completion-5.1": "return"}, **{"completion-5.1-remark": "Page 3 is missing."})

    assert results(answer) == [("5.1", False, said)]
    assert milestone("5.1").version == 2


def test_words_that_came_meanwhile_are_read_first(client_of, plcy, cbp, reported):
    say("5.1", cbp)

    answer = record(client_of(plcy), {"completion-5.1": "confirm"})

    assert results(answer) == [("5.1", False, "CBP posted an update just now. Read it again below, then decide.")]
    [row] = answer.context["rows"]
    assert (row["answer"], row["it"].milestone.version_then) == ("leave", 2)
    assert milestone("5.1").current_status == "reported_complete"


def test_the_same_form_sent_twice_has_one_effect(client_of, plcy, asked, reported):
    client = client_of(plcy)
    choices = {key(asked): "accept", "completion-5.1": "confirm"}
    first = record(client, choices)
    before = entries()

    again = record(client, choices)

    assert (again.status_code, entries()) == (302, before)
    assert told(again)[-2:] == told(first)


@pytest.mark.django_db(transaction=True)
def test_two_deciding_at_once_have_one_outcome_and_the_other_is_told(client_of, plcy, plcy2, asked, reported):
    before = entries()
    clients = {"accept": client_of(plcy), "refuse": client_of(plcy2)}

    def once(answer: str):
        try:
            return record(clients[answer], {key(asked): answer})
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(once, clients))

    assert sorted(each.status_code for each in answers) == [200, 302]
    [refused] = [each for each in answers if each.status_code == 200]
    [(_, done, words)] = results(refused)
    assert not done
    assert words in {"PLCY decided this just now: approved.", "PLCY2 decided this just now: refused."}
    assert (entries(), first_broken_entry()) == (before + 1, "")


# --- Who may not -----------------------------------------------------------------------------------------------------


def test_a_member_records_nothing(client_of, ice, asked):
    before = entries()

    answer = record(client_of(ice), {key(asked): "accept"})

    assert (answer.status_code, state(asked), entries()) == (403, "pending", before)
    assert "Only PLCY, the chair&#x27;s office, decides this." in answer.content.decode()
