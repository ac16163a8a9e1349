"""Is it told who was told that a milestone is overdue, to the chair's office and to the agency itself alone?"""

import pytest

from esc_tracker import clock
from reports import switch
from reports.models import Delivery
from tests.milestones.pages.reading import text_of
from tests.milestones.telling import in_september
from tests.reports.record import mail_on
from tests.reports.telling.jobs import gather, notice, send

pytestmark = pytest.mark.django_db
MORNING, NOON = in_september(14, 8), in_september(14, 12)


@pytest.fixture
def noticed(plan, plcy, cbp) -> None:
    """Mail was turned on early on Sep 14, and all that is overdue noticed; USPS has nobody to tell."""
    with clock.at(in_september(14, 5)):
        mail_on(plcy)
    notice(in_september(14, 6))


@pytest.fixture
def sent(noticed) -> None:
    """CBP and PLCY were told that morning."""
    gather(MORNING)
    assert send(MORNING) == (2, 0)


def told(client, code: str, at=NOON, query: str = "") -> str:
    """Return the cell of the overdue page that says who was told about a milestone."""
    with clock.at(at):
        answer = client.get(f"/overdue/?per_page=100{query}")
    table = answer.context["table"]
    row = next(row for row in table.paginated_rows if row.record.code == code)
    return " ".join(str(row.get_cell("told")).replace("<", " <").replace(">", "> ").split())


def test_plcy_reads_when_and_whom(sent, client_of, plcy):
    text = told(client_of(plcy), "3.1")

    assert "Sep 14" in text
    assert "CBP: 1 person" in text
    assert "cbp@esc.example" in text
    assert "PLCY: 1 person" in told(client_of(plcy), "1.1")


def test_who_has_nobody_to_tell_is_named(sent, client_of, plcy):
    assert "USPS: nobody to tell" in told(client_of(plcy), "5.2")
    assert "CBP: 1 person" in told(client_of(plcy), "5.2")


def test_while_it_waits_it_says_not_yet_and_why_when_it_failed(noticed, client_of, plcy):
    assert "CBP: not yet" in told(client_of(plcy), "3.1", at=in_september(14, 6))

    gather(MORNING)
    assert "CBP: not yet" in told(client_of(plcy), "3.1")
    Delivery.objects.update(error="ConnectionRefusedError: [Errno 111] Connection refused", tries=1)

    assert "CBP: not sent, connection refused" in told(client_of(plcy), "3.1")


def test_while_mail_is_off_it_says_so(plan, client_of, plcy, cbp):
    notice(MORNING)
    assert "CBP: mail is off" in told(client_of(plcy), "3.1")

    mail_on(plcy)
    switch.turn(False, by=plcy)
    assert "CBP: mail is off" in told(client_of(plcy), "3.1")


def test_before_anything_was_noticed_it_says_not_yet(plan, client_of, plcy):
    assert "Not yet" in told(client_of(plcy), "3.1")


def test_a_member_reads_of_the_own_agency_alone(sent, client_of, cbp, usps):
    mine = client_of(cbp)
    assert "1 person" in told(mine, "5.2")
    assert "cbp@esc.example" in told(mine, "5.2")
    assert "USPS" not in told(mine, "5.2")
    assert told(mine, "6.2") == ""
    assert "plcy@esc.example" not in text_of(mine.get("/overdue/?per_page=100"))
    theirs = text_of(client_of(usps).get("/overdue/?per_page=100"))
    assert "cbp@esc.example" not in theirs


@pytest.mark.parametrize("who", ["reader", "coac"])
def test_readers_and_coac_have_no_such_column(sent, client_of, request, who):
    answer = client_of(request.getfixturevalue(who)).get("/overdue/")

    assert "told" not in [column.name for column in answer.context["table"].columns]
    assert "@esc.example" not in text_of(answer).replace(request.getfixturevalue(who).email, "")


def test_an_earlier_day_tells_what_had_been_sent_by_then(noticed, client_of, plcy):
    gather(MORNING)
    send(in_september(15, 8))
    chair, later = client_of(plcy), in_september(16, 12)

    now = told(chair, "3.1", at=later)
    assert ("Sep 15" in now, "CBP: 1 person" in now) == (True, True)
    then = told(chair, "3.1", at=later, query="&as_of=2020-09-14")
    assert "CBP: not yet" in then
    assert "cbp@esc.example" not in then


@pytest.mark.parametrize(("who", "queries"), [("plcy", 9), ("reader", 7)])
def test_it_costs_one_query_however_many_milestones(sent, client_of, request, who, queries, django_assert_num_queries):
    client = client_of(request.getfixturevalue(who))

    with clock.at(NOON), django_assert_num_queries(queries):
        text_of(client.get("/overdue/"))
