"""What does the chair's office see before the plan grows or shrinks, and what does everybody see afterwards?"""

import re
from datetime import date

import pytest
from django.http import HttpResponse

from actions.models import Action, PlanEdition
from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.journal.models import Entry, Release
from esc_tracker.reader import Reader, esc_reader
from milestones.authority import Authority, AuthorityKind
from milestones.deciding import withdraw
from milestones.models import Addition, Milestone, StatusUpdate
from milestones.plan.editions import editions_of, place_in_plan
from milestones.plan.growing import add_milestone
from tests.milestones.telling import in_september, milestone, say
from tests.tampering import unguarded

ADD = "/actions/4/add/"
WITHDRAW = "/milestones/4.3/withdraw/"
FORM = {
    "text": "ICE/HSI will publish guidance for payment processors.",
    "timeline": "Dec. 2020",
    "lead": "ICE-HSI",
    "joint": ["CBP"],
    "supporting": [],
    "superseding": "",
    "reason": "The ESC asked for it.",
    "authority": "chair",
}
REYES = Authority(kind=AuthorityKind.PRINCIPAL, principal="Dana Reyes", on=date(2020, 9, 9))


def text_of(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def add(by, **changes) -> Milestone:
    facts = {
        "text": "ICE/HSI will brief processors.",
        "timeline": "Dec. 2020",
        "agencies": [("ICE-HSI", "lead")],
        "reason": "The ESC asked for it.",
    }
    return add_milestone(Action.objects.get(pk=4), by=by, **{**facts, **changes})


def read_as(answer: HttpResponse) -> str:
    found = re.search(r'name="read_as" value="([^"]*)"', answer.content.decode())
    return found[1] if found else ""


def _record() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Milestone, PlanEdition, Addition, StatusUpdate, Entry))


# Adding


def test_what_it_will_mean_is_shown_before_it_is_saved(plan, client_of, plcy):
    client, before = client_of(plcy), _record()

    answer = client.post(ADD, FORM)

    assert (answer.status_code, _record()) == (200, before)
    page = text_of(answer)
    assert "This is what milestone 4.7 will be" in page
    assert "It falls due on Thursday, Dec 31, 2020." in page
    assert "ICE/HSI lead" in page
    assert "CBP joint" in page
    assert "Decided by the chair&#x27;s office" in page
    assert read_as(answer) == "month 2020-12-31"


def test_sent_again_it_is_added(plan, client_of, plcy):
    client = client_of(plcy)

    answer = client.post(ADD, {**FORM, "read_as": "month 2020-12-31"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/milestones/4.7/")
    added = milestone("4.7")
    assert [(held.agency_id, held.part) for held in added.responsibilities.lead_first()] == [
        ("ICE-HSI", "lead"),
        ("CBP", "joint"),
    ]
    assert "Saved: 4.7 is part of the plan, edition 2." in text_of(client.get("/milestones/4.7/"))


def test_a_timeline_changed_after_the_preview_is_shown_again(plan, client_of, plcy):
    answer = client_of(plcy).post(ADD, {**FORM, "timeline": "every 24 months", "read_as": "month 2020-12-31"})

    assert (answer.status_code, read_as(answer), Addition.objects.count()) == (200, "undated", 0)
    assert "These words name no date: it never falls due, and no date is guessed." in text_of(answer)


@pytest.mark.parametrize(
    ("timeline", "sentence"),
    [
        ("July 2020", "It falls due on Friday, Jul 31, 2020. It is overdue from the first day."),
        ("Ongoing", "It never falls due; it begins in progress."),
    ],
)
def test_each_timeline_says_what_it_will_mean(plan, client_of, plcy, timeline, sentence):
    assert sentence in text_of(client_of(plcy).post(ADD, {**FORM, "timeline": timeline}))


def test_the_same_form_sent_twice_adds_one(plan, client_of, plcy):
    client = client_of(plcy)
    for _ in range(2):
        answer = client.post(ADD, {**FORM, "read_as": "month 2020-12-31"})

    assert (answer.status_code, answer.headers["Location"], Addition.objects.count()) == (302, "/milestones/4.7/", 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": ""}, "Write the milestone as the plan is to print it."),
        ({"timeline": "Completed"}, "Completed is a status"),
        ({"timeline": "Feb. 30, 2021"}, "There is no Feb. 30, 2021."),
        ({"lead": "", "joint": ["CBP"]}, "Name the lead that the others act jointly with."),
        ({"joint": ["ICE-HSI"]}, "One agency has one part: ICE-HSI is named more than once."),
        ({"lead": "FBI"}, "Choose one of the agencies offered."),
        ({"superseding": "9.9"}, "Choose a milestone that is not closed."),
        ({"reason": ""}, "Say why the plan gets this milestone, for the record."),
        ({"authority": "meeting"}, "Choose"),
        ({"authority": "principal"}, "Name the principal who decided."),
    ],
)
def test_a_mistake_is_told_at_its_field_and_what_was_typed_is_kept(plan, client_of, plcy, changes, sentence):
    before = _record()

    answer = client_of(plcy).post(ADD, {**FORM, **changes, "read_as": "month 2020-12-31"})

    assert (answer.status_code, _record()) == (200, before)
    assert sentence in text_of(answer)
    assert changes.get("text", "guidance for payment") in answer.content.decode()
    assert read_as(answer) == ""


def test_a_field_sent_twice_is_refused(plan, client_of, plcy):
    answer = client_of(plcy).post(ADD, {**FORM, "text": ["One.", "Two."]})

    assert (answer.status_code, Addition.objects.count()) == (400, 0)


def test_the_successor_is_added_and_the_old_one_withdrawn(plan, client_of, plcy):
    client = client_of(plcy)
    page = client.get(f"{ADD}?superseding=4.3")
    assert re.search(r'<option value="4.3"\s+selected', page.content.decode())

    preview = client.post(ADD, {**FORM, "superseding": "4.3"})
    assert "4.3, which is withdrawn for good" in text_of(preview)
    answer = client.post(ADD, {**FORM, "superseding": "4.3", "read_as": read_as(preview)})

    assert answer.status_code == 302
    withdrawal = milestone("4.3").updates.get()
    assert (withdrawal.move, withdrawal.superseded_by) == ("withdraw", milestone("4.7"))
    page = text_of(client.get("/milestones/4.7/"))
    assert "It takes the place of 4.3, which is withdrawn." in page


def test_a_milestone_that_moved_on_since_the_preview_is_shown_again(plan, client_of, plcy, ice):
    client = client_of(plcy)
    seen = read_as(client.post(ADD, {**FORM, "superseding": "4.3"}))
    say("4.3", ice)

    answer = client.post(ADD, {**FORM, "superseding": "4.3", "read_as": seen})

    assert (answer.status_code, Addition.objects.count()) == (200, 0)
    assert read_as(answer) == "month 2020-12-31 4.3 1"


def test_adding_is_offered_to_the_chairs_office_alone_and_only_today(plan, client_of, plcy, cbp, coac):
    link = f'href="{ADD}"'

    assert link in client_of(plcy).get("/actions/4/").content.decode()
    assert link not in client_of(plcy).get("/actions/4/?as_of=2020-09-14").content.decode()
    for person in (cbp, coac):
        assert link not in client_of(person).get("/actions/4/").content.decode()
        refused = client_of(person).get(ADD)
        assert refused.status_code == 403
        assert "Only PLCY, the chair&#x27;s office, adds a milestone to the plan." in refused.content.decode()
    assert client_of(plcy).get("/actions/99/add/").status_code == 404
    assert client_of(plcy).post(f"{ADD}?as_of=2020-09-14", FORM).status_code == 403


# Withdrawing


def send(client, **changes) -> HttpResponse:
    return client.post(WITHDRAW, {"version": "0", "remark": "Overtaken.", "authority": "chair", **changes})


def test_a_milestone_is_withdrawn_by_the_form(plan, client_of, plcy):
    client = client_of(plcy)

    answer = send(client, superseded_by="4.4")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/milestones/4.3/")
    act = StatusUpdate.objects.get()
    assert (act.move, act.remark, act.superseded_by, act.authority) == (
        "withdraw",
        "Overtaken.",
        milestone("4.4"),
        "chair",
    )
    assert "Saved: 4.3 is withdrawn from the plan. 4.4 takes its place." in text_of(client.get("/milestones/4.3/"))


def test_the_page_says_what_it_closes(plan, client_of, plcy, ice):
    update = say("4.3", ice)
    update.questions.create(
        milestone=update.milestone, asked_of=ice.agency, agency=plcy.agency, by=plcy,
        recorded_at=update.recorded_at, text="When?",
    )  # fmt: skip

    page = text_of(client_of(plcy).get(WITHDRAW))

    assert "cannot be brought back. What waits on it is closed with it: 1 question." in page


def test_a_withdrawal_sent_twice_has_one_effect(plan, client_of, plcy):
    client = client_of(plcy)
    send(client)

    answer = send(client)

    assert (answer.status_code, StatusUpdate.objects.count()) == (302, 1)
    assert "4.3 was withdrawn already; nothing more was saved." in text_of(client.get("/milestones/4.3/"))


def test_a_withdrawal_of_what_moved_on_is_told_and_the_reason_kept(plan, client_of, plcy, ice):
    say("4.3", ice)

    answer = send(client_of(plcy), remark="Overtaken by the rule.")

    assert (answer.status_code, StatusUpdate.objects.count()) == (409, 1)
    page = text_of(answer)
    assert "Nothing was saved: the record changed while this page was open." in page
    assert "Overtaken by the rule." in answer.content.decode()
    assert 'name="version" value="1"' in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"remark": ""}, 200, "Say why, so that the agency knows what to do."),
        ({"superseded_by": "4.3"}, 200, "Choose a milestone that was not withdrawn."),
        ({"authority": "principal"}, 200, "Name the principal who decided."),
        ({"version": ""}, 400, "This form was out of date or incomplete"),
        ({"version": "7"}, 400, "This form was out of date or incomplete"),
        ({"remark": ["One.", "Two."]}, 400, "This form was out of date or incomplete"),
    ],
)
def test_a_mistake_withdraws_nothing(plan, client_of, plcy, changes, status, sentence):
    answer = send(client_of(plcy), **changes)

    assert (answer.status_code, StatusUpdate.objects.count()) == (status, 0)
    assert sentence in text_of(answer)


def test_what_is_closed_cannot_be_withdrawn(plan, client_of, plcy):
    answer = client_of(plcy).get("/milestones/6.1/withdraw/")

    assert (answer.status_code, "This milestone is closed already." in answer.content.decode()) == (403, True)


# What everybody reads


def test_the_editions_are_counted_as_of_the_readers_moment(plan, client_of, plcy, cbp):
    with clock.at(in_september(10)):
        add(plcy, authority=REYES)
    with clock.at(in_september(11)):
        withdraw(milestone("4.3"), by=plcy, seen_version=0, remark="Overtaken.")

    now = editions_of(Reader(role=Role.READER, today=clock.today()))
    then = editions_of(esc_reader(clock.end_of(date(2020, 9, 9))))

    assert [(each.number, each.progress.total, each.progress.withdrawn, each.recorded_on) for each in now] == [
        (1, 30, 1, None),
        (2, 1, 0, date(2020, 9, 10)),
    ]
    assert [(each.number, each.progress.total, each.progress.withdrawn) for each in then] == [(1, 30, 0)]
    page = text_of(client_of(cbp).get("/actions/"))
    assert "The plan has 2 editions" in page
    assert "Decision of Dana Reyes, Sep 9, 2020" in page


def test_coac_knows_an_edition_only_from_the_next_release(plan, client_of, plcy, coac):
    with clock.at(in_september(10)):
        add(plcy, authority=REYES)
    client = client_of(coac)
    assert client.get("/milestones/4.7/").status_code == 404
    assert client.get("/milestones/?edition=2").context["asked"].sentences == ["There is no edition “2”."]
    assert "edition 1, the plan as printed" in text_of(client.get("/actions/"))

    Release.objects.create(
        week="2020-W37",
        version=1,
        as_of=in_september(14, 0),
        released_at=in_september(14, 1),
        released_by=plcy,
        cleared_by="D",
    )

    assert client.get("/milestones/4.7/").status_code == 200
    page = text_of(client.get("/actions/"))
    assert "The plan has 2 editions" in page
    assert "Dana Reyes" not in page
    assert "ESC asked" not in text_of(client.get("/milestones/4.7/"))


@pytest.mark.parametrize("who", ["plcy", "cbp", "reader", "coac"])
def test_edition_1_lists_30_on_any_day(plan, client_of, plcy, who, request):
    with clock.at(in_september(10)):
        add(plcy)
        withdraw(milestone("4.3"), by=plcy, seen_version=0, remark="Overtaken.")
    client = client_of(request.getfixturevalue(who))

    for day in ("", "&as_of=2020-09-10", "&as_of=2020-09-14"):
        answer = client.get(f"/milestones/?edition=1&per_page=100{day}")
        assert len(answer.context["table"].paginated_rows) == 30


def test_the_list_can_be_narrowed_to_an_edition(plan, client_of, plcy, cbp):
    assert 'name="edition"' not in client_of(cbp).get("/milestones/").content.decode()
    add(plcy)

    answer = client_of(cbp).get("/milestones/?edition=2")

    assert [row.record.code for row in answer.context["table"].paginated_rows] == ["4.7"]
    assert answer.context["asked"].in_words == "Edition: 2, Sep 14, 2020"
    assert 'name="edition"' in answer.content.decode()
    assert client_of(cbp).get("/milestones/?edition=9").context["asked"].sentences == ["There is no edition “9”."]


def test_the_day_before_it_was_added_it_was_not_there(plan, client_of, plcy, cbp):
    add(plcy)
    unguarded().filter(number=1).update(recorded_at=in_september(1))  # the record begins before that day

    client = client_of(cbp)

    assert client.get("/milestones/4.7/").status_code == 200
    assert client.get("/milestones/4.7/?as_of=2020-09-13").status_code == 404
    assert client.get("/milestones/?edition=2&as_of=2020-09-13").context["asked"].sentences == [
        "There is no edition “2”."
    ]


def test_what_took_whose_place_is_told_to_the_committee_alone(plan, plcy):
    added = add(plcy, superseding=milestone("4.3"), authority=REYES)
    chair = Reader(role=Role.PLCY_STAFF, agency="PLCY", today=clock.today())
    member = Reader(role=Role.ESC_MEMBER, agency="CBP", today=clock.today())

    place = place_in_plan(added, chair)

    assert place.added is not None
    assert (place.takes_place_of, place.place_taken_by) == (("4.3",), "")
    assert place.decided == "decided by Dana Reyes, Sep 9, 2020; recorded by PLCY"
    assert place_in_plan(added, member).decided == "decided by Dana Reyes, Sep 9, 2020; recorded by the chair's office"
    assert place_in_plan(milestone("4.3"), member).place_taken_by == "4.7"
    assert not place_in_plan(milestone("4.4"), chair)
    assert not place_in_plan(added, Reader(role=Role.COAC_READER, moment=clock.now(), today=clock.today()))
    assert not place_in_plan(added, esc_reader(clock.start_of(clock.today())))


@pytest.mark.parametrize(("path", "count"), [(ADD, 7), (WITHDRAW, 10)])
def test_pages_take_their_few_queries(plan, client_of, plcy, django_assert_num_queries, path, count):
    client = client_of(plcy)
    client.get(path)

    with django_assert_num_queries(count):
        client.get(path)
