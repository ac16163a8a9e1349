"""Which passphrases are good enough, and which are refused in words? (R16)"""

import pytest
from django.test import Client

from esc_tracker.accounts.models import Role, User
from esc_tracker.accounts.signin.passphrases import LEAST, MOST, own_part
from esc_tracker.security.models import Kind, SecurityEvent
from tests.factories import PASSPHRASE, make_agency, make_user
from tests.ground.test_accounts import is_signed_in, sign_in

CHANGE = "/accounts/passphrase/"
GOOD = "violet anvil beneath seven kettles"
TOO_SHORT = "This is too short: a passphrase has at least 15 characters."
TOO_LONG = "A passphrase has at most 256 characters."
COMMON = "Many people use this one, so it is tried first. Use other words."
NOT_OWN = "Too much of this is a name, a word of this site, a repeat or a run such as 1234. Use other words."

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana(db) -> User:
    """A member whose name and address are words."""
    make_agency("CBP")
    dana = make_user("dana.reyes-morgenstern@esc.example", Role.ESC_MEMBER, "CBP")
    dana.name = "Dana Reyes-Morgenstern"
    dana.save()
    return dana


def change(
    person: User, new: str, *, again: str | None = None, current: str = PASSPHRASE, client: Client | None = None
):
    """Send the form by which a person changes their own."""
    if client is None:
        client = Client()
        client.force_login(person)
    return client.post(CHANGE, {"current": current, "new": new, "again": new if again is None else again})


def told(answer, field: str = "new") -> list[str]:
    """Return what the page says about a field."""
    return list(answer.context["form"].errors.get(field, []))


@pytest.mark.parametrize(
    "passphrase",
    [
        pytest.param("vxkq wrpl zmtn b", id="15 characters and one"),
        pytest.param("vxkqwrplzmtnbgh", id="15 small letters and nothing else"),
        pytest.param("830 617 294 058 361", id="digits"),
        pytest.param("  spaces before and after  ", id="spaces"),
        pytest.param("Ährenfeld überquert långsam", id="accents"),
        pytest.param("蒸気機関車が静かな谷を渡って行く", id="Japanese"),
        pytest.param("🦉🌵🚲🎻🧭🛶🪁🧲🪴🦔🥁🧦🪐🪵🧊", id="pictures"),
        pytest.param("kettle orchid walrus bridge lantern copper meadow thimble orbit canyon", id="64 and more"),
        pytest.param("".join(chr(0x4E00 + 97 * sign % 20_000) for sign in range(MOST)), id="as long as can be"),
    ],
)
def test_long_ones_of_any_kind_are_taken_and_sign_in(cbp, passphrase):
    answer = change(cbp, passphrase)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/security/")
    assert sign_in(cbp.email, passphrase).status_code == 302
    assert sign_in(cbp.email, PASSPHRASE).status_code == 200


@pytest.mark.parametrize(
    ("passphrase", "why"),
    [
        ("vxkqwrplzmtnbg", TOO_SHORT),
        ("Xk9!" * 3, TOO_SHORT),
        ("x" * (MOST + 1), TOO_LONG),
        ("", "Write a new passphrase."),
    ],
)
def test_one_too_short_or_too_long_is_refused_in_words(cbp, passphrase, why):
    answer = change(cbp, passphrase)

    assert answer.status_code == 200
    assert why in told(answer)
    assert User.objects.get(pk=cbp.pk).check_password(PASSPHRASE)


@pytest.mark.parametrize(
    ("passphrase", "why"),
    [
        pytest.param("passwordpassword", NOT_OWN, id="a common one twice"),
        pytest.param("qwertyuiopqwertyuiop", NOT_OWN, id="the keyboard"),
        pytest.param("123456789012345", NOT_OWN, id="a run of digits"),
        pytest.param("abcdefghijklmnopqrst", NOT_OWN, id="the alphabet"),
        pytest.param("aaaaaaaaaaaaaaaaaaaa", NOT_OWN, id="one letter"),
        pytest.param("               ", NOT_OWN, id="spaces alone"),
        pytest.param("Dana Reyes-Morgenstern", NOT_OWN, id="the own name"),
        pytest.param("morgenstern.reyes.dana 2020", NOT_OWN, id="the own name turned round"),
        pytest.param("dana.reyes-morgenstern@esc.example", NOT_OWN, id="the own address"),
        pytest.param("U.S. Customs and Border Protection", NOT_OWN, id="the agency's full name"),
        pytest.param("CBP cbp CBP cbp CBP!", NOT_OWN, id="the agency's short name"),
        pytest.param("ESC Milestone Tracker", NOT_OWN, id="the site's name"),
        pytest.param("counterfeit trafficking report", NOT_OWN, id="words of the site"),
        pytest.param("DHS-plcy-Homeland-Security", NOT_OWN, id="words of the department"),
        pytest.param("esc... sunshine1", COMMON, id="a common one beside a word of the site"),
        pytest.param("ｃｏｕｎｔｅｒｆｅｉｔ ｔｒａｃｋｅｒ", NOT_OWN, id="words of the site in wide letters"),
    ],
)
def test_common_ones_and_words_of_this_place_are_refused_in_words(dana, passphrase, why):
    answer = change(dana, passphrase)

    assert answer.status_code == 200
    assert why in told(answer)
    assert User.objects.get(pk=dana.pk).check_password(PASSPHRASE)


def test_words_of_this_place_may_stand_beside_enough_others(dana):
    assert change(dana, "dana keeps violet anvils beneath kettles").status_code == 302


@pytest.mark.parametrize(
    ("passphrase", "left"),
    [
        ("Dana and a walrus", "andawalrus"),
        ("walruswalruswalrus", "walrus"),
        ("1234 walrus", "1walrus"),
        ("DANA", ""),
    ],
)
def test_what_is_left_without_known_words_repeats_and_runs(passphrase, left):
    assert own_part(passphrase, ["dana"]) == left


def test_an_accent_spelled_another_way_is_the_same_passphrase(cbp):
    composed, taken_apart = "caf\u00e9 walrus anvil kettle", "cafe\u0301 walrus anvil kettle"

    change(cbp, composed)

    assert sign_in(cbp.email, taken_apart).status_code == 302


def test_spaces_before_and_after_belong_to_it(cbp):
    change(cbp, f" {GOOD}")

    assert sign_in(cbp.email, GOOD).status_code == 200


def test_a_wrong_present_one_changes_nothing_counts_and_is_noted(cbp, client):
    client.force_login(cbp)
    answers = [change(cbp, GOOD, current="not the one I have", client=client) for _ in range(5)]

    last = change(cbp, GOOD, client=client)

    assert [told(answer, "current") for answer in answers] == [["This is not your passphrase."]] * 5
    assert told(last, "current") == ["Too many tries have failed. Wait 15 minutes, then try again."]
    assert User.objects.get(pk=cbp.pk).check_password(PASSPHRASE)
    assert SecurityEvent.objects.filter(kind=Kind.PASSPHRASE, succeeded=False).count() == 5


def test_two_that_differ_and_the_present_one_are_refused(cbp):
    assert told(change(cbp, GOOD, again=f"{GOOD}!"), "again") == ["The two are not the same."]
    assert told(change(cbp, PASSPHRASE)) != []


def test_changing_it_ends_every_other_session_and_is_noted(cbp, client_of):
    here, elsewhere = client_of(cbp), client_of(cbp)

    change(cbp, GOOD, client=here)

    assert here.get("/milestones/").status_code == 200
    assert not is_signed_in(elsewhere)
    [event] = SecurityEvent.objects.filter(kind=Kind.PASSPHRASE)
    assert (event.person, event.succeeded) == (cbp, True)
    assert GOOD not in str(event.facts)


def test_whoever_signs_in_without_one_has_none_to_change(db):
    person = User.objects.create_user("new@esc.example", None, name="New", role=Role.READER)

    answer = change(person, GOOD)

    assert answer.status_code == 403
    assert not User.objects.get(pk=person.pk).has_usable_password()


def test_the_rule_that_people_read_is_the_rule_that_holds(cbp, client):
    client.force_login(cbp)

    page = client.get(CHANGE).content.decode()

    assert f"At least {LEAST} characters, of any kind." in page
