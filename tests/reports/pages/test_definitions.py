"""Is every word on screen defined, once, and the same everywhere?"""

from pathlib import Path

import pytest
from django.conf import settings as django_settings

from milestones.workflow import NO_OUTLOOK_LABEL, NOT_RELEASED_LABEL, OUTLOOK_MEANS, Outlook, Status
from reports.ages import BANDS
from reports.definitions import CHAPTERS, as_markdown
from reports.figures import DUE_SOON_DAYS
from tests.reports.pages.reading import words_of

TERMS = [term for chapter in CHAPTERS for term in chapter.terms]
DOC: Path = django_settings.BASE_DIR / "docs/definitions.md"


def test_the_document_says_what_the_page_says():
    assert DOC.read_text() == as_markdown()


def test_every_anchor_and_word_stands_there_once():
    anchors = [chapter.anchor for chapter in CHAPTERS] + [term.anchor for term in TERMS]

    assert len(set(anchors)) == len(anchors)
    assert len({term.word for term in TERMS}) == len(TERMS)


@pytest.mark.parametrize(
    "label", [*Status.labels, *Outlook.labels, NO_OUTLOOK_LABEL, NOT_RELEASED_LABEL, "No agency named yet"]
)
def test_every_status_and_outlook_is_defined(label):
    assert label in {term.word for term in TERMS}


def test_outlooks_mean_what_the_update_form_says():
    means = {term.word: term.means for term in TERMS}

    assert all(means[outlook.label].startswith(OUTLOOK_MEANS[outlook].rstrip(".")) for outlook in Outlook)


def test_numbers_named_in_the_definitions_are_those_used():
    means = {term.word: term.means for term in TERMS}

    assert f"the {DUE_SOON_DAYS} days after" in means["Due soon"]
    assert [band.label for band in BANDS] == ["1–30 days", "31–60 days", "61–90 days", "over 90 days"]
    assert "1–30, 31–60, 61–90 and over 90" in means["Age bands"]


@pytest.mark.parametrize("who", ["cbp", "plcy", "reader", "coac"])
def test_all_who_read_may_read_them(who, request, client_of, record):
    answer = client_of(request.getfixturevalue(who)).get("/definitions/")

    assert answer.status_code == 200
    assert "Definitions, version 2" in words_of(answer)
    assert 'id="silent"' in answer.content.decode()
