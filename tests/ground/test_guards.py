"""Is every page closed until it is opened, and kept out of caches?"""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from esc_tracker.accounts.guards import only
from esc_tracker.accounts.models import Role, User
from milestones.urls import urlpatterns as milestone_pages
from reports.urls import urlpatterns as report_pages


@only(Role.PLCY_STAFF, Role.ESC_MEMBER)
def page(request) -> HttpResponse:
    """Stand for a page of two roles."""
    return HttpResponse("opened")


def _ask(role: Role) -> HttpResponse:
    request = RequestFactory().get("/")
    request.user = User(role=role)
    return page(request)


@pytest.mark.parametrize("role", [Role.PLCY_STAFF, Role.ESC_MEMBER])
def test_a_page_opens_for_the_roles_it_names(role):
    assert _ask(role).content == b"opened"


@pytest.mark.parametrize("role", [Role.READER, Role.COAC_READER, Role.ADMINISTRATOR])
def test_a_page_is_closed_to_all_others_and_says_for_whom_it_is(role):
    with pytest.raises(PermissionDenied, match="This page is for PLCY staff and ESC member"):
        _ask(role)


def test_no_page_of_the_record_opts_out_of_sign_in():
    pages = [*milestone_pages, *report_pages]

    assert [each.name for each in pages if not getattr(each.callback, "login_required", True)] == []


@pytest.mark.parametrize("path", ["/", "/milestones/", "/no-such-page/", "/milestones/99.99/"])
def test_an_administrator_has_no_view_of_the_record(client_of, admin_user, path):
    answer = client_of(admin_user).get(path)

    assert answer.status_code in {302, 403, 404}
    assert (answer.status_code == 302) is (path == "/")
    assert answer.headers.get("Location", "/admin/") == "/admin/"


@pytest.mark.parametrize("who", ["cbp", "plcy", "reader", "coac"])
def test_nobody_else_has_a_view_of_accounts(request, client_of, who):
    answer = client_of(request.getfixturevalue(who)).get("/admin/accounts/user/")

    assert answer.status_code == 403
    assert "The account list is for administrators." in answer.content.decode()


def test_a_page_asked_for_by_nobody_leads_to_sign_in_and_back(client, db):
    answer = client.get("/milestones/?agency=CBP")

    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/accounts/login/?next=/milestones/%3Fagency%3DCBP",
    )


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/no-such-page/", "/?as_of=nonsense"])
@pytest.mark.parametrize("who", ["", "cbp"])
def test_no_page_is_kept_by_a_cache_or_framed(request, client, client_of, db, path, who):
    answer = (client_of(request.getfixturevalue(who)) if who else client).get(path)

    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
