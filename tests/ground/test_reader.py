"""Is everybody given the right eyes, and every impossible day refused in words?"""

import html
from datetime import UTC, date, datetime, timedelta

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.journal.acts import act
from esc_tracker.journal.models import Entry, Release
from esc_tracker.reader import BadAsOf, Reader, coac_reader, esc_reader, reader_for

BEGINS = datetime(2020, 7, 1, 9, tzinfo=clock.NEW_YORK)
A_LITTLE = timedelta(microseconds=1)


@pytest.fixture
def record(db) -> None:
    """Let the record begin on July 1."""
    with clock.at(BEGINS), act("test", by=None, about="start"):
        pass


def release(week: str, as_of: datetime, *, by, version: int = 1, withheld=(), withdrawn: bool = False) -> Release:
    ended = {"withdrawn_at": as_of + timedelta(days=3), "withdrawn_by": by} if withdrawn else {}
    return Release.objects.create(
        week=week,
        version=version,
        as_of=as_of,
        withheld=list(withheld),
        cleared_by="Dana Reyes",
        released_at=as_of + timedelta(days=2),
        released_by=by,
        **ended,
    )


# --- ?as_of= ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["2020-07-01", "2020-09-01", "2020-09-14"])
def test_a_day_of_the_record_is_seen_as_it_ended(record, cbp, asked):
    reader = reader_for(cbp, asked)

    day = date.fromisoformat(asked)
    assert (reader.moment, reader.today, reader.as_of) == (clock.end_of(day), day, day)
    assert (reader.role, reader.agency, reader.may_act) == (Role.ESC_MEMBER, "CBP", False)


def test_no_day_asked_for_is_now(record, cbp):
    reader = reader_for(cbp, "")

    assert (reader.moment, reader.as_of, reader.today, reader.may_act) == (None, None, date(2020, 9, 14), True)


FUTURE = "is in the future. The record reaches to today, Sep 14, 2020."
EARLY = "The record begins on Jul 1, 2020. Nothing is recorded of"
WRITTEN = "The day in as_of must be written like 2020-09-01."


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        pytest.param("2020-02-30", "There is no day 2020-02-30.", id="no such day"),
        pytest.param("2020-13-01", "There is no day 2020-13-01.", id="no such month"),
        pytest.param("0000-01-01", "There is no day 0000-01-01.", id="year nought"),
        pytest.param("2021-02-29", "There is no day 2021-02-29.", id="no leap year"),
        pytest.param(" ", WRITTEN, id="blank"),
        pytest.param("2020-9-1", WRITTEN, id="short"),
        pytest.param("20200901", WRITTEN, id="no hyphens"),
        pytest.param("2020-W37-1", WRITTEN, id="a week"),
        pytest.param("2020-09-01 ", WRITTEN, id="space behind"),
        pytest.param("2020-09-01\n", WRITTEN, id="line break"),
        pytest.param("2020-09-01T00:00", WRITTEN, id="a moment"),
        pytest.param("２０２０-09-01", WRITTEN, id="full-width digits"),
        pytest.param("2020-09-0١", WRITTEN, id="Arabic digit"),
        pytest.param("2020-09-01\x00", WRITTEN, id="NUL"),
        pytest.param("today", WRITTEN, id="a word"),
        pytest.param("-2020-09-01", WRITTEN, id="negative"),
        pytest.param("2" * 5000, WRITTEN, id="very long"),
        pytest.param("2020-09-15", f"Sep 15, 2020 {FUTURE}", id="future"),
        pytest.param("9999-12-31", f"Dec 31, 9999 {FUTURE}", id="end"),
        pytest.param("2020-06-30", f"{EARLY} Jun 30, 2020.", id="early"),
        pytest.param("0001-01-01", f"{EARLY} Jan 1, 1.", id="year 1"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("who", ["cbp", "coac"])
def test_an_impossible_day_is_refused_in_a_sentence(record, request, who, asked, sentence):
    with pytest.raises(BadAsOf) as refused:
        reader_for(request.getfixturevalue(who), asked)

    assert str(refused.value) == sentence


def test_before_anything_is_recorded_only_today_can_be_asked_for(cbp):
    assert reader_for(cbp, "2020-09-14").today == date(2020, 9, 14)
    with pytest.raises(BadAsOf, match="The record begins on Sep 14, 2020"):
        reader_for(cbp, "2020-09-13")


def test_a_day_in_the_evening_of_new_york_is_today_though_utc_is_a_day_ahead(record, cbp):
    with clock.at(datetime(2020, 9, 15, 1, tzinfo=UTC)):
        assert reader_for(cbp, "2020-09-14").as_of == date(2020, 9, 14)
        with pytest.raises(BadAsOf, match="in the future"):
            reader_for(cbp, "2020-09-15")


# --- Roles --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "internal", "acts", "is_coac", "is_plcy"),
    [
        ("cbp", True, True, False, False),
        ("plcy", True, True, False, True),
        ("reader", True, False, False, False),
        ("coac", False, False, True, False),
    ],
)
def test_eyes_of_each_role(record, request, who, internal, acts, is_coac, is_plcy):
    reader = reader_for(request.getfixturevalue(who))

    assert (reader.sees_internal, reader.may_act, reader.is_coac, reader.is_plcy) == (internal, acts, is_coac, is_plcy)


def test_an_administrator_sees_nothing_internal():
    reader = Reader(role=Role.ADMINISTRATOR, today=date(2020, 9, 14))

    assert (reader.sees_internal, reader.may_act) == (False, False)


def test_nobody_acts_in_the_past(record, plcy):
    assert not reader_for(plcy, "2020-09-14").may_act


# --- COAC ---------------------------------------------------------------------------------------------------------

W35, W36 = datetime(2020, 8, 31, 4, tzinfo=UTC), datetime(2020, 9, 7, 4, tzinfo=UTC)


def test_before_the_first_release_coac_sees_the_start_of_the_record(record, coac):
    reader = reader_for(coac)

    assert (reader.moment, reader.today, reader.release) == (BEGINS, date(2020, 7, 1), None)
    assert reader.withheld == frozenset()


def test_coac_of_an_empty_record_sees_now(coac):
    assert reader_for(coac).today == date(2020, 9, 14)


def test_coac_sees_the_latest_standing_release(record, coac, plcy):
    release("2020-W35", W35, by=plcy)
    latest = release("2020-W36", W36, by=plcy, withheld=["4.3"])

    reader = reader_for(coac)

    assert (reader.moment, reader.today, reader.release) == (W36, date(2020, 9, 6), latest)
    assert (reader.withheld, reader.as_of) == ({"4.3"}, None)


def test_latest_means_the_greatest_as_of_not_the_last_released(record, coac, plcy):
    latest = release("2020-W36", W36, by=plcy)
    release("2020-W35", W35, by=plcy)

    assert reader_for(coac).release == latest


def test_of_two_versions_the_later_counts(record, coac, plcy):
    release("2020-W36", W36, by=plcy, withheld=["4.3"])
    second = release("2020-W36", W36, by=plcy, version=2)

    assert (reader_for(coac).release, reader_for(coac).withheld) == (second, frozenset())


def test_withdrawing_falls_back_to_the_release_before(record, coac, plcy):
    before = release("2020-W35", W35, by=plcy)
    release("2020-W36", W36, by=plcy, withdrawn=True)

    assert reader_for(coac).release == before


def test_withdrawing_the_only_release_falls_back_to_the_start(record, coac, plcy):
    release("2020-W35", W35, by=plcy, withdrawn=True)

    assert (reader_for(coac).release, reader_for(coac).moment) == (None, BEGINS)


@pytest.mark.parametrize(
    ("asked", "week", "today"),
    [
        ("2020-07-01", None, date(2020, 7, 1)),
        ("2020-08-29", None, date(2020, 7, 1)),
        ("2020-08-30", "2020-W35", date(2020, 8, 30)),
        ("2020-09-05", "2020-W35", date(2020, 8, 30)),
        ("2020-09-06", "2020-W36", date(2020, 9, 6)),
        ("2020-09-14", "2020-W36", date(2020, 9, 6)),
    ],
)
def test_a_day_asked_for_by_coac_snaps_to_the_release_at_or_before_it(record, coac, plcy, asked, week, today):
    release("2020-W35", W35, by=plcy)
    release("2020-W36", W36, by=plcy)

    reader = reader_for(coac, asked)

    assert (reader.release.week if reader.release else None, reader.today) == (week, today)
    assert reader.as_of == date.fromisoformat(asked)


def test_a_freeze_and_a_preview_have_the_same_eyes_as_coac(record, coac, plcy):
    standing = release("2020-W36", W36, by=plcy, withheld=["4.3"])

    assert coac_reader(W36, withheld=frozenset({"4.3"}), release=standing) == reader_for(coac)
    assert esc_reader(W36).today == date(2020, 9, 6)


# --- Over HTTP ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["2020-02-30", "2020-09-15", "%00", "2020-06-30", "%F0%28%8C", "1" * 5000])
@pytest.mark.parametrize("who", ["cbp", "plcy", "reader", "coac"])
def test_a_bad_day_is_answered_400_with_the_sentence(record, request, client_of, who, asked):
    client = client_of(request.getfixturevalue(who))

    answer = client.get(f"/?as_of={asked}")

    assert answer.status_code == 400
    assert answer.context["reason"].endswith(".")
    assert answer.context["reason"][:7] in html.unescape(answer.content.decode())
    assert Entry.objects.count() == 1


def test_the_sentence_is_on_the_page(record, client_of, cbp):
    assert "There is no day 2020-02-30." in client_of(cbp).get("/?as_of=2020-02-30").content.decode()


def test_an_empty_as_of_is_no_as_of(record, client_of, cbp):
    assert client_of(cbp).get("/?as_of=").status_code == 200
