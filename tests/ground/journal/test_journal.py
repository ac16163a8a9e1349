"""Is every act kept once, in order, chained, in the same transaction as what it did?"""

import threading
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from esc_tracker.journal.acts import act, digest_of, first_broken_entry
from esc_tracker.journal.models import Entry
from tests.factories import make_agency
from tests.tampering import unguarded

A_LITTLE = timedelta(microseconds=1)


def write(about: str = "4.3", verb: str = "test", **after) -> Entry:
    """Do one act and return its entry."""
    with act(verb, by=None, about=about) as this:
        this.after = after
    return Entry.objects.order_by("number").last()


def test_an_entry_says_who_when_what_before_and_after(plcy):
    moment = datetime(2020, 9, 10, 9, tzinfo=clock.NEW_YORK)

    with clock.at(moment), act("milestones.test", by=plcy, about="4.3") as this:
        this.before, this.after = {"status": "in_progress"}, {"status": "reported_complete"}

    entry = Entry.objects.get()
    assert (entry.number, entry.by, entry.verb, entry.about) == (1, plcy, "milestones.test", "4.3")
    assert (entry.recorded_at, this.recorded_at) == (moment, moment)
    assert (entry.before, entry.after) == ({"status": "in_progress"}, {"status": "reported_complete"})


def test_entries_count_from_one_without_gaps_and_are_chained(db):
    entries = [write(about=str(number)) for number in range(5)]

    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous for entry in entries] == ["", *[entry.digest for entry in entries[:-1]]]
    assert [digest_of(entry) for entry in entries] == [entry.digest for entry in entries]
    assert first_broken_entry() == ""


def test_an_empty_journal_is_whole(db):
    assert first_broken_entry() == ""
    assert Entry.objects.begins_at() is None


def test_text_and_numbers_of_every_kind_survive_the_round_trip(db):
    write(text="“curly” — é 漢字 🛃 \u2028", number=3, none=None, nested={"b": [1, {"a": True}]}, tiny=0.1)

    assert first_broken_entry() == ""


def name_an_agency(then) -> None:
    """Change something inside an act, and go on to `then`."""
    with act("test", by=None, about="x") as this:
        make_agency("CBP")
        then(this)


def test_a_failure_inside_leaves_neither_change_nor_entry(db):
    with pytest.raises(ZeroDivisionError):
        name_an_agency(then=lambda this: 1 / 0)

    assert (Agency.objects.count(), Entry.objects.count()) == (0, 0)


def test_a_failure_to_write_the_entry_takes_the_change_back(db):
    with pytest.raises(TypeError):
        name_an_agency(then=lambda this: this.after.update(unkept=object()))

    assert (Agency.objects.count(), Entry.objects.count()) == (0, 0)


def test_an_act_that_changed_nothing_leaves_no_entry(db):
    with act("test", by=None, about="x") as this:
        this.changed_nothing()

    assert Entry.objects.count() == 0
    assert write().number == 1


def test_an_act_costs_three_queries_beside_its_change(db, django_assert_num_queries):
    write()
    locks = 1 if connection.vendor == "postgresql" else 0

    # The test's own transaction makes the act a savepoint: two more.
    with django_assert_num_queries(2 + locks + 2), act("test", by=None, about="x"):
        pass


# --- Time ---------------------------------------------------------------------------------------------------------


def test_the_record_never_runs_backwards_when_a_pinned_day_starts_again(db, settings):
    settings.ESC_TODAY = date(2020, 9, 15)
    late = write()

    settings.ESC_TODAY = date(2020, 9, 14)
    again, once_more = write(), write()

    assert again.recorded_at == late.recorded_at + A_LITTLE
    assert once_more.recorded_at == late.recorded_at + 2 * A_LITTLE


def test_two_acts_at_one_instant_are_a_microsecond_apart(db, monkeypatch):
    instant = datetime(2020, 9, 14, 9, tzinfo=clock.NEW_YORK)
    monkeypatch.setattr(clock, "wall", lambda: instant)

    assert [write().recorded_at - instant for _ in range(3)] == [timedelta(0), A_LITTLE, 2 * A_LITTLE]


def test_the_past_is_told_as_it_was(db):
    write()
    moment = datetime(2020, 7, 1, 9, tzinfo=clock.NEW_YORK)

    with clock.at(moment):
        told = write()

    assert (told.number, told.recorded_at) == (2, moment)
    assert Entry.objects.begins_at() == moment
    assert first_broken_entry() == ""


# --- Tampering ----------------------------------------------------------------------------------------------------


@pytest.fixture
def five(plcy) -> None:
    """Write five entries."""
    for number in range(5):
        write(about=f"4.{number}", status="in_progress", number=number)


@pytest.mark.parametrize(
    "change",
    [
        {"after": {"status": "completed", "number": 2}},
        {"before": {"status": "not_started"}},
        {"about": "4.9"},
        {"verb": "milestones.confirm"},
        {"recorded_at": datetime(2020, 9, 1, tzinfo=clock.NEW_YORK)},
        {"previous": "0" * 64},
        {"digest": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_edited_entry_is_found(five, change):
    unguarded().filter(number=3).update(**change)

    assert first_broken_entry().startswith("Entry 3 (")


def test_another_name_under_an_entry_is_found(five, plcy):
    unguarded().filter(number=3).update(by=plcy)

    assert first_broken_entry().startswith("Entry 3 (")


def test_an_edited_entry_with_its_digest_made_anew_is_found_at_the_next(five):
    entry = Entry.objects.get(number=3)
    entry.after = {"status": "completed"}
    unguarded().filter(number=3).update(after=entry.after, digest=digest_of(entry))

    assert first_broken_entry().startswith("Entry 4 (")


def test_a_deleted_entry_is_found(five):
    unguarded().filter(number=3).delete()

    assert first_broken_entry() == "Entry 3 is missing."


def test_a_cut_beginning_is_found(five):
    unguarded().filter(number=1).delete()

    assert first_broken_entry() == "Entry 1 is missing."


def test_swapped_entries_are_found(five):
    for old, new in ((3, 103), (4, 3), (103, 4)):
        unguarded().filter(number=old).update(number=new)

    assert first_broken_entry().startswith("Entry 3 (")


# --- Many at once -------------------------------------------------------------------------------------------------

WRITERS, ACTS = 10, 50


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_lose_nothing_and_keep_the_chain_whole():
    failures: list[BaseException] = []
    together = threading.Barrier(WRITERS)

    def write_many(writer: int) -> None:
        try:
            together.wait(timeout=20)
            for number in range(ACTS):
                write(about=f"{writer}.{number}")
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=write_many, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)

    entries = list(Entry.objects.order_by("number"))
    assert failures == []
    assert {entry.about for entry in entries} == {
        f"{writer}.{number}" for writer in range(WRITERS) for number in range(ACTS)
    }
    assert [entry.number for entry in entries] == list(range(1, WRITERS * ACTS + 1))
    assert all(earlier.recorded_at < later.recorded_at for earlier, later in pairwise(entries))
    assert first_broken_entry() == ""
