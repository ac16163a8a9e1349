"""Does the page of the text for COAC clear exactly what was seen, warn when words moved on, and stay closed to COAC?"""

import pytest

from esc_tracker import clock
from esc_tracker.journal.models import Release
from milestones.models import SharedSummary
from milestones.summaries import clear, propose
from milestones.updates import post_update
from tests.milestones.pages.reading import text_of, words_of
from tests.milestones.telling import in_september, milestone, say, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan")]
PATH = "/milestones/4.3/summary/"


def test_page_shows_cleared_and_proposed_text_beside_the_words(client_of, reader, ice, plcy):
    with clock.at(in_september(9)):
        say("4.3", ice)
        clear(propose(milestone("4.3"), by=ice, text="Training goes on."), by=plcy)
    with clock.at(in_september(11)):
        propose(milestone("4.3"), by=ice, text="Training ended.")

    page = words_of(client_of(reader).get(PATH))

    assert "Cleared “Training goes on.” Proposed by ICE/HSI, Sep 9, 2020; cleared by PLCY, Sep 9, 2020." in page
    assert "Proposed, not cleared yet “Training ended.” Proposed by ICE/HSI, Sep 11, 2020." in page
    assert "What the agencies say, not shared ICE/HSI, Sep 9 On track “The rule is being drafted.”" in page
    assert "Clear for COAC" not in page
    assert "Your role reads the record and does not change it." in page


def test_persons_are_named_to_plcy_and_within_the_own_agency(client_of, reader, cbp, ice, plcy):
    clear(propose(milestone("4.3"), by=ice, text="Training goes on."), by=plcy)

    seen = {user.email: words_of(client_of(user).get(PATH)) for user in (reader, cbp, ice, plcy)}

    assert {email for email, page in seen.items() if "by ICE/HSI (ICE-HSI)" in page} == {ice.email, plcy.email}
    assert {email for email, page in seen.items() if "by PLCY (PLCY)" in page} == {plcy.email}


def test_proposing_by_page_saves_and_says_what_comes_next(client_of, ice):
    sent = client_of(ice).post(PATH, {"text": "Training goes on."}, follow=True)

    assert SharedSummary.objects.get().text == "Training goes on."
    assert sent.redirect_chain == [(PATH, 302)]
    assert "Saved: your text on 4.3 is proposed. PLCY clears it for COAC." in text_of(sent)


def test_form_begins_with_the_newest_text(client_of, ice, plcy):
    propose(milestone("4.3"), by=ice, text="Training goes on.")

    assert client_of(plcy).get(PATH).context["form"]["text"].value() == "Training goes on."


def test_text_too_long_is_refused_in_words_and_kept(client_of, ice):
    sent = client_of(ice).post(PATH, {"text": "x" * 501})

    assert sent.status_code == 200
    assert "This is 501 characters long; 500 fit." in words_of(sent)
    assert "x" * 501 in text_of(sent)
    assert not SharedSummary.objects.exists()


def test_plcy_clears_what_the_page_shows(client_of, ice, plcy):
    text = propose(milestone("4.3"), by=ice, text="Training goes on.")
    client = client_of(plcy)

    shown = text_of(client.get(PATH))
    sent = client.post(PATH, {"clear": str(text.pk)}, follow=True)

    text.refresh_from_db()
    assert f'name="clear" value="{text.pk}"' in shown
    assert text.cleared_by == plcy
    assert "Saved: the text on 4.3 is cleared; COAC reads it once released." in text_of(sent)
    assert "Clear for COAC" not in words_of(sent)


def test_newer_text_meanwhile_is_told_and_nothing_cleared(client_of, ice, plcy):
    seen = propose(milestone("4.3"), by=ice, text="Training goes on.")
    propose(milestone("4.3"), by=ice, text="Training ended.")

    sent = client_of(plcy).post(PATH, {"clear": str(seen.pk)})

    assert sent.status_code == 409
    page = words_of(sent)
    assert "Nothing was cleared. Another text was proposed since you opened this page; nothing was cleared." in page
    assert "“Training ended.”" in page
    assert not SharedSummary.objects.exclude(cleared_at=None).exists()


def test_cleared_by_another_meanwhile_is_told(client_of, ice, plcy, plcy2):
    text = propose(milestone("4.3"), by=ice, text="Training goes on.")
    clear(text, by=plcy2)

    sent = client_of(plcy).post(PATH, {"clear": str(text.pk)})

    assert sent.status_code == 409
    assert "PLCY2 cleared this text meanwhile." in words_of(sent)


@pytest.mark.parametrize(("clear", "status"), [("", 400), ("x", 400), ("-1", 400), ("0", 404), ("9" * 18, 404)])
def test_what_cannot_be_cleared_is_refused(clear, status, client_of, ice, plcy):
    propose(milestone("4.3"), by=ice, text="Training goes on.")

    assert client_of(plcy).post(PATH, {"clear": clear}).status_code == status
    assert not SharedSummary.objects.exclude(cleared_at=None).exists()


def test_text_of_another_milestone_is_not_found(client_of, ice, plcy):
    other = propose(milestone("4.4"), by=ice, text="Rules are drafted.")

    assert client_of(plcy).post(PATH, {"clear": str(other.pk)}).status_code == 404


@pytest.mark.parametrize(
    ("who", "verb", "status"),
    [
        ("reader", "get", 200),
        ("reader", "post", 403),
        ("cbp", "get", 200),
        ("cbp", "post", 403),
        ("coac", "get", 403),
        ("coac", "post", 403),
        ("admin_user", "get", 403),
        ("admin_user", "post", 403),
    ],
)
def test_who_may_read_and_who_may_propose(who, verb, status, request, client_of):
    client = client_of(request.getfixturevalue(who))

    answered = getattr(client, verb)(PATH, {"text": "Training goes on."} if verb == "post" else {})

    assert answered.status_code == status
    assert not SharedSummary.objects.exists()


@pytest.mark.parametrize("who", ["ice", "cbp", "reader"])
def test_nobody_but_plcy_clears_by_page(who, request, client_of, ice):
    text = propose(milestone("4.3"), by=ice, text="Training goes on.")

    assert client_of(request.getfixturevalue(who)).post(PATH, {"clear": str(text.pk)}).status_code == 403
    text.refresh_from_db()
    assert text.cleared_at is None


# --- When the words moved on -----------------------------------------------------------------------------------------

WARNING = "The words moved on since this text was cleared on Sep 10, 2020: ICE/HSI spoke on Sep 11, 2020."


@pytest.fixture
def cleared(plan, ice, plcy) -> None:
    """Clear a text on Sep 10, after ICE/HSI spoke on Sep 9."""
    with clock.at(in_september(9)):
        say("4.3", ice)
    with clock.at(in_september(10)):
        clear(propose(milestone("4.3"), by=ice, text="Training goes on."), by=plcy)


def _say_something_new(by):
    with clock.at(in_september(11)):
        row = milestone("4.3")
        post_update(row, by=by, seen_version=row.version, words=words(statement="Training ended."))


@pytest.mark.usefixtures("cleared")
def test_new_words_after_clearance_are_warned_of(client_of, reader, ice):
    _say_something_new(ice)

    assert WARNING in words_of(client_of(reader).get(PATH))
    assert WARNING in words_of(client_of(reader).get("/milestones/4.3/"))


@pytest.mark.usefixtures("cleared")
def test_no_change_after_clearance_is_nothing_to_warn_of(client_of, reader, ice):
    with clock.at(in_september(11)):
        say("4.3", ice)

    assert "moved on" not in words_of(client_of(reader).get(PATH))


@pytest.mark.usefixtures("cleared")
def test_text_cleared_anew_ends_the_warning(client_of, reader, ice, plcy):
    _say_something_new(ice)
    with clock.at(in_september(12)):
        clear(propose(milestone("4.3"), by=ice, text="Training ended."), by=plcy)

    assert "moved on" not in words_of(client_of(reader).get(PATH))


@pytest.mark.usefixtures("cleared")
def test_earlier_day_shows_the_text_as_it_stood_and_offers_nothing(client_of, ice, plcy):
    _say_something_new(ice)
    with clock.at(in_september(12)):
        propose(milestone("4.3"), by=ice, text="Training ended, all of it.")

    then = {day: words_of(client_of(plcy).get(f"{PATH}?as_of=2020-09-{day}")) for day in ("09", "10", "11")}

    assert "Nothing is cleared" in then["09"]
    assert "“Training goes on.”" in then["10"]
    assert "moved on" not in then["10"]
    assert WARNING in then["11"]
    assert not any("Training ended, all of it." in page or "Propose this text" in page for page in then.values())
    assert client_of(ice).post(f"{PATH}?as_of=2020-09-11", {"text": "New."}).status_code == 403


@pytest.mark.usefixtures("cleared")
def test_coac_is_never_warned_and_reads_the_cleared_text_alone(client_of, coac, ice, plcy):
    _say_something_new(ice)
    propose(milestone("4.3"), by=ice, text="Training ended, all of it.")
    Release.objects.create(
        week="2020-W37", version=1, as_of=in_september(14, 0), cleared_by="Counsel", released_at=clock.now(),
        released_by=plcy,
    )  # fmt: skip

    page = words_of(client_of(coac).get("/milestones/4.3/"))

    assert "In short Training goes on." in page
    assert [each for each in ("moved on", "Training ended", "Cleared", "Text for COAC") if each in page] == []


def test_page_takes_few_queries(client_of, ice, plcy, django_assert_num_queries):
    say("4.3", ice)
    clear(propose(milestone("4.3"), by=ice, text="Training goes on."), by=plcy)
    client = client_of(plcy)

    with django_assert_num_queries(9):
        text_of(client.get(PATH))
