"""Does an entry tell where its act came from: which request, which job, or a command? (R39)"""

from io import StringIO

import pytest
from django.core.management import call_command

from esc_tracker import clock
from esc_tracker.journal.models import Entry
from milestones import tasks


@pytest.mark.usefixtures("plan")
def test_an_act_on_a_page_bears_the_reference_that_the_answer_gave(client_of, cbp):
    asked_at = clock.now()

    answer = client_of(cbp).post("/milestones/3.1/summary/", {"text": "Being drafted."})

    entry = Entry.objects.latest("number")
    assert answer.status_code == 302
    assert (entry.verb, entry.about, entry.by) == ("milestones.propose_summary", "3.1", cbp)
    assert (entry.source, entry.request_id) == ("web", answer.headers["X-Request-ID"])
    assert asked_at <= entry.recorded_at <= clock.now()


@pytest.mark.usefixtures("plan")
def test_an_act_of_a_job_bears_the_jobs_own_number():
    done = tasks.flag_overdue.apply()

    entry = Entry.objects.latest("number")
    assert (entry.verb, entry.by) == ("milestones.flag_overdue", None)
    assert (entry.source, entry.request_id) == ("job", done.id)


@pytest.mark.django_db
def test_an_act_of_a_command_says_that_it_was_one():
    call_command("load_plan", stdout=StringIO())

    entry = Entry.objects.latest("number")
    assert (entry.verb, entry.by, entry.source, entry.request_id) == ("milestones.load_plan", None, "command", "")


@pytest.mark.usefixtures("plan")
def test_a_refused_act_on_a_page_leaves_no_entry(client_of, cbp):
    entries = Entry.objects.count()

    answers = [
        client_of(cbp).post("/milestones/3.1/summary/", {"text": "x" * 501}),
        client_of(cbp).post("/milestones/4.3/summary/", {"text": "Being drafted."}),
    ]

    assert [answer.status_code for answer in answers] == [200, 403]
    assert Entry.objects.count() == entries
