"""Does a submission enter the record with its first answer, once, with its source, or not at all?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from milestones.checkin.submitting import Source, Submission, open_check_in
from milestones.models import CheckIn, StatusUpdate
from milestones.refusals import Incomplete, NotAllowed, StaleUpdate
from tests.milestones.checkin.sitting import agency, question_on, record
from tests.milestones.telling import milestone, say, words

pytestmark = pytest.mark.django_db
MAIL = Source(who="Dana Reyes", on=date(2020, 9, 11), how="mail")


def test_opening_one_is_one_row_and_one_entry_that_say_all(plcy):
    made = open_check_in(agency("CBP"), by=plcy, cleared_by=" Dana Reyes ", source=MAIL)

    entry = Entry.objects.last()
    assert (made.agency_id, made.by, made.cleared_by, made.is_entered) == ("CBP", plcy, "Dana Reyes", True)
    assert (made.source_how, made.source_who, made.source_on) == ("mail", "Dana Reyes", date(2020, 9, 11))
    assert (entry.verb, entry.about, entry.by) == ("milestones.check_in", "CBP", plcy)
    assert entry.after == {
        "check_in": made.pk,
        "cleared_by": "Dana Reyes",
        "source_how": "mail",
        "source_who": "Dana Reyes",
        "source_on": "2020-09-11",
    }
    assert first_broken_entry() == ""


def test_an_agency_answering_itself_names_no_source(cbp):
    made = open_check_in(agency("CBP"), by=cbp)

    assert (made.is_entered, made.source_who, made.source_on, made.cleared_by) == (False, "", None, "")
    assert Entry.objects.last().after == {"check_in": made.pk}


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        (None, ["source", "source_how", "source_on"]),
        (Source(), ["source", "source_how", "source_on"]),
        (Source(who="Dana Reyes", how="mail"), ["source_on"]),
        (Source(who="Dana Reyes", on=date(2020, 9, 11)), ["source_how"]),
        (Source(on=date(2020, 9, 11), how="mail"), ["source"]),
        (Source(who="  ", on=date(2020, 9, 11), how="mail"), ["source"]),
        (Source(who="Dana\x00", on=date(2020, 9, 11), how="mail"), ["source"]),
        (Source(who="x" * 201, on=date(2020, 9, 11), how="mail"), ["source"]),
        (Source(who="Dana Reyes", on=date(2020, 9, 15), how="mail"), ["source_on"]),
        (Source(who="Dana Reyes", on=date(2020, 9, 11), how="pigeon"), ["source_how"]),
    ],
    ids=["none", "empty", "no day", "not how", "nobody", "blank", "NUL", "too long", "tomorrow", "unknown way"],
)
def test_plcy_names_the_whole_source_or_nothing_is_written(plcy, source, fields):
    before = record()

    with pytest.raises(Incomplete) as told:
        open_check_in(agency("CBP"), by=plcy, source=source)

    assert sorted(told.value.problems) == fields
    assert record() == before


def test_a_source_of_today_is_taken(plcy):
    made = open_check_in(agency("CBP"), by=plcy, source=Source(who="Dana Reyes", on=date(2020, 9, 14), how="call"))

    assert made.source_on == date(2020, 9, 14)


@pytest.mark.parametrize("who", ["cbp", "plcy"])
def test_one_who_answers_for_their_own_agency_names_no_source(request, who):
    person = request.getfixturevalue(who)

    with pytest.raises(Incomplete, match="your own agency"):
        open_check_in(agency(person.agency_id), by=person, source=MAIL)

    assert CheckIn.objects.count() == 0


@pytest.mark.parametrize("cleared_by", ["x" * 201, "Dana\x00"], ids=["too long", "NUL"])
def test_a_clearance_that_cannot_be_kept_is_refused(cbp, cleared_by):
    with pytest.raises(Incomplete) as told:
        open_check_in(agency("CBP"), by=cbp, cleared_by=cleared_by)

    assert list(told.value.problems) == ["cleared_by"]
    assert CheckIn.objects.count() == 0


@pytest.mark.parametrize("who", ["ice", "reader", "coac", "admin_user"])
def test_nobody_else_answers_for_an_agency(request, who):
    before = record()

    with pytest.raises(NotAllowed):
        open_check_in(agency("CBP"), by=request.getfixturevalue(who), source=MAIL)

    assert record() == before


# --- With its answers ------------------------------------------------------------------------------------------------


def test_it_is_opened_with_the_first_answer_that_is_kept_and_shared_by_all(cbp):
    entries = Entry.objects.count()
    submission = Submission(agency("CBP"), cbp, cleared_by="Dana Reyes")

    first, is_new = submission.post(milestone("3.2"), seen_version=0, words=words())
    second, _ = submission.post(milestone("3.3"), seen_version=0, words=words())

    [made] = CheckIn.objects.all()
    assert is_new
    assert (first.check_in, second.check_in, made.cleared_by) == (made, made, "Dana Reyes")
    assert Entry.objects.count() == entries + 3
    assert made.recorded_at < first.recorded_at < second.recorded_at


def test_where_no_answer_is_kept_nothing_is_opened(cbp):
    before = record()
    submission = Submission(agency("CBP"), cbp)

    with pytest.raises(Incomplete):
        submission.post(milestone("3.2"), seen_version=0, words=words(statement=""))
    with pytest.raises(NotAllowed):
        submission.post(milestone("4.3"), seen_version=0, words=words())

    assert record() == before
    assert submission.check_in is None


def test_an_answer_refused_first_does_not_lose_the_next(cbp):
    say("3.2", cbp)
    submission = Submission(agency("CBP"), cbp)

    with pytest.raises(StaleUpdate):
        submission.post(milestone("3.2"), seen_version=0, words=words(statement="Mine."))
    kept, _ = submission.post(milestone("3.3"), seen_version=0, words=words())

    assert kept.check_in == CheckIn.objects.get()


def test_the_same_submission_sent_twice_has_one_effect(cbp):
    def send() -> list[bool]:
        submission = Submission(agency("CBP"), cbp)
        return [submission.post(milestone(code), seen_version=0, words=words())[1] for code in ("3.2", "3.3")]

    first, after = send(), record()
    second = send()

    assert (first, second) == ([True, True], [False, False])
    assert record() == after


def test_a_submission_half_of_which_was_there_already_is_kept_with_its_other_half(cbp):
    Submission(agency("CBP"), cbp).post(milestone("3.2"), seen_version=0, words=words())
    again = Submission(agency("CBP"), cbp)

    _, is_new = again.post(milestone("3.2"), seen_version=0, words=words())
    added, _ = again.post(milestone("3.3"), seen_version=0, words=words())

    assert not is_new
    assert added.check_in == again.check_in == CheckIn.objects.first()
    assert CheckIn.objects.count() == 2


def test_an_answer_to_a_question_enters_the_same_way(cbp, plcy):
    question = question_on(say("3.2", cbp), plcy)
    submission = Submission(agency("CBP"), plcy, source=MAIL)

    asked, is_new = submission.answer(question, "Counsel of CBP.")
    _, again = Submission(agency("CBP"), plcy, source=MAIL).answer(question, "Counsel of CBP.")

    assert (asked.answer, is_new, again) == ("Counsel of CBP.", True, False)
    assert CheckIn.objects.count() == 1


def test_plcy_speaks_for_the_agency_whose_answers_it_enters(plcy):
    posted, _ = Submission(agency("CBP"), plcy, source=MAIL).post(milestone("3.2"), seen_version=0, words=words())

    assert (posted.agency_id, posted.by, posted.check_in.source_who) == ("CBP", plcy, "Dana Reyes")
    assert milestone("3.2").current_outlook == "on_track"


@pytest.mark.django_db(transaction=True)
def test_ten_identical_submissions_at_once_are_one(cbp):
    entries = Entry.objects.count()

    def once(_: int) -> bool:
        try:
            return Submission(agency("CBP"), cbp).post(milestone("3.2"), seen_version=0, words=words())[1]
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as threads:
        new = list(threads.map(once, range(10)))

    assert sum(new) == 1
    assert (StatusUpdate.objects.count(), CheckIn.objects.count()) == (1, 1)
    assert Entry.objects.count() == entries + 2
    assert first_broken_entry() == ""
