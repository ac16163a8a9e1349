"""What becomes of a session that two requests use at once, or that ends under one? (R08, R12, R13)"""

from collections.abc import Iterator

import pytest
from django.db.models.signals import post_save
from django.test import Client
from django.test.signals import template_rendered

from esc_tracker.accounts.models import Session, User
from esc_tracker.accounts.sessions.ending import end_sessions_of
from esc_tracker.accounts.sessions.kept import kept_for
from milestones.models import StatusUpdate
from tests.ground.sessions.browsing import KEPT, SIGN_IN_THEN_KEPT, shows_the_page
from tests.ground.test_accounts import sign_in

pytestmark = pytest.mark.django_db
UPDATE = "/milestones/3.1/update/"
TYPED = {"version": "0", "statement": "The rule is with counsel.", "outlook": "on_track", "forecast": "2020-10"}


def test_each_keeps_what_the_other_wrote(member: Client) -> None:
    one, two = member.session, member.session
    one["shared"], two["shared"] = {"a": 1}, {"a": 1}
    one.save()

    one["of the first"] = 1
    two["of the second"] = 2
    two.save()
    one.save()

    held = member.session
    assert (held["of the first"], held["of the second"], held["shared"]) == (1, 2, {"a": 1})
    assert shows_the_page(member)


def test_what_one_took_out_the_other_does_not_bring_back(member: Client) -> None:
    first = member.session
    first["once"] = 1
    first.save()
    one, two = member.session, member.session
    _ = one["once"], two["once"]

    del one["once"]
    one.save()
    two["more"] = 2
    two.save()

    assert "once" not in member.session
    assert member.session["more"] == 2


@pytest.fixture
def ends_under_way(cbp: User) -> Iterator[None]:
    """Have an administrator end a person's sessions while their page is written."""

    def end(context: dict, **kwargs: object) -> None:
        if end_sessions_of(cbp, "ended by an administrator"):
            context["request"].session["written"] = True

    template_rendered.connect(end)
    yield
    template_rendered.disconnect(end)


@pytest.fixture
def ends_as_it_is_accepted(cbp: User) -> Iterator[None]:
    """Have an administrator end a person's sessions in the moment in which their update is recorded."""

    def end(**kwargs: object) -> None:
        end_sessions_of(cbp, "ended by an administrator")

    post_save.connect(end, sender=StatusUpdate)
    yield
    post_save.disconnect(end, sender=StatusUpdate)


def test_a_form_that_was_accepted_stands_and_signing_in_leads_on(
    member: Client, cbp: User, ends_as_it_is_accepted
) -> None:
    member.post(UPDATE, TYPED | {"outlook": "", "kept": "of a form that asks for more"})

    answer = member.post(UPDATE, TYPED)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=%2Fmilestones%2F3.1")
    assert StatusUpdate.objects.get().statement == TYPED["statement"]
    assert not shows_the_page(member)
    sign_in(cbp.email, client=member)
    assert member.get(KEPT).headers["Location"] == "/"


def test_one_that_was_not_is_kept_instead_of_a_bare_400(member: Client, cbp: User, ends_under_way) -> None:
    answer = member.post(UPDATE, TYPED | {"outlook": ""})

    assert answer.headers["Location"] == SIGN_IN_THEN_KEPT
    assert not shows_the_page(member)
    sign_in(cbp.email, client=member)
    [form] = kept_for(cbp)
    assert dict(form.fields) == TYPED | {"outlook": ""}
    assert not StatusUpdate.objects.exists()


def test_a_page_that_was_only_read_leads_to_signing_in_and_back(member: Client, ends_under_way) -> None:
    answer = member.get("/milestones/")

    assert answer.headers["Location"] == "/accounts/login/?next=%2Fmilestones%2F"
    assert Session.objects.exclude(session_data="").count() == 0
