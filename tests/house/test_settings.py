"""Is every setting documented, and does production refuse what is dangerous?"""

import ast
import re

import pytest
from django.conf import settings as django_settings

from esc_tracker.checks import production_checks
from tests.house.production import KEY, in_production


def _variables_read() -> set[str]:
    tree = ast.parse((django_settings.BASE_DIR / "esc_tracker" / "settings.py").read_text())
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def test_every_variable_is_documented_and_no_other():
    page = (django_settings.BASE_DIR / "docs" / "settings.md").read_text()

    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))

    assert documented == _variables_read()


def test_every_refusal_is_documented():
    page = (django_settings.BASE_DIR / "docs" / "settings.md").read_text()
    floor = django_settings.BASE_DIR / "esc_tracker"
    sources = [floor / "checks.py", floor / "accounts" / "sample_checks.py"]

    raised = [id for source in sources for id in re.findall(r'id="(esc\.E\d+)"', source.read_text())]

    assert re.findall(r"^\| `(esc\.E\d+)` \|", page, re.MULTILINE) == raised


@pytest.fixture
def production(settings):
    settings.PRODUCTION = True
    settings.DEBUG = False
    settings.SECRET_KEY = KEY
    settings.ALLOWED_HOSTS = ["esc.example"]
    settings.ESC_TODAY = None
    settings.REDIS_URL = "redis://:secret@broker:6379/0"
    settings.BASE_URL = "https://esc.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.OIDC_ISSUER = ""
    settings.PASSPHRASE_SIGN_IN = True
    return settings


def test_sane_production_has_no_danger(production):
    assert production_checks() == []


def test_development_is_not_judged(production):
    production.PRODUCTION = False
    production.ALLOWED_HOSTS = []

    assert production_checks() == []


@pytest.mark.parametrize(
    ("name", "value", "id"),
    [
        pytest.param("SECRET_KEY", "", "esc.E001", id="no key"),
        pytest.param("SECRET_KEY", "short" * 9, "esc.E001", id="short key"),
        pytest.param("SECRET_KEY", "k" * 60, "esc.E001", id="monotonous key"),
        pytest.param("SECRET_KEY", "one-word-more" * 5, "esc.E001", id="one word again and again"),
        pytest.param("SECRET_KEY", "django-insecure-" + KEY, "esc.E001", id="generated key"),
        pytest.param("SECRET_KEY", "development-only-" + KEY, "esc.E001", id="development key"),
        pytest.param("SECRET_KEY_FALLBACKS", [KEY[::-1], "short"], "esc.E012", id="short former key"),
        pytest.param("SECRET_KEY_FALLBACKS", ["development-only-" + KEY], "esc.E012", id="development's former key"),
        pytest.param("ALLOWED_HOSTS", [], "esc.E002", id="no host"),
        pytest.param("ALLOWED_HOSTS", ["esc.example", "*"], "esc.E002", id="any host"),
        pytest.param("ESC_TODAY", "2020-09-14", "esc.E003", id="pinned day"),
        pytest.param("REDIS_URL", "", "esc.E004", id="no broker"),
        pytest.param("REDIS_URL", "redis://broker:6379/0", "esc.E005", id="broker without password"),
        pytest.param("BASE_URL", "http://esc.example", "esc.E006", id="plain http"),
        pytest.param("DATABASES", {"default": {"ENGINE": "django.db.backends.dummy"}}, "esc.E007", id="no database"),
        pytest.param("DEBUG", True, "esc.E008", id="debug"),
        pytest.param("DEBUG_ASKED", True, "esc.E008", id="debug asked for"),
        *(
            pytest.param("EMAIL_BACKEND", f"django.core.mail.backends.{kind}.EmailBackend", "esc.E014", id=kind)
            for kind in ("console", "dummy", "locmem")
        ),
        pytest.param("PASSPHRASE_SIGN_IN", False, "esc.E009", id="no way in"),
        pytest.param("OIDC_ISSUER", "https://login.example", "esc.E010", id="half a provider"),
    ],
)
@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
def test_production_refuses(production, name, value, id):
    setattr(production, name, value)

    assert [danger.id for danger in production_checks()] == [id]


@pytest.mark.parametrize(
    ("name", "value", "id"),
    [
        ("OIDC_CLIENT_ID", "", "esc.E010"),
        ("OIDC_CLIENT_SECRET", "", "esc.E010"),
        ("OIDC_ACR", [], "esc.E010"),
        ("OIDC_ISSUER", "https://login.example/" + "x" * 200, "esc.E010"),
        ("OIDC_ISSUER", "http://login.example", "esc.E011"),
    ],
)
def test_agency_sign_on_is_whole_and_private_or_production_refuses(production, name, value, id):
    production.OIDC_ISSUER = "https://login.example"
    production.OIDC_CLIENT_ID, production.OIDC_CLIENT_SECRET, production.OIDC_ACR = "esc", "secret", ["urn:mfa"]
    assert production_checks() == []

    setattr(production, name, value)

    assert [danger.id for danger in production_checks()] == [id]


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:6379/0", "redis://localhost/0", "redis://[::1]:6379/0", "redis+socket:///run/broker"]
)
def test_broker_on_this_machine_needs_no_password(production, url):
    production.REDIS_URL = url

    assert production_checks() == []


@pytest.mark.services
def test_misspelled_environment_is_refused_in_words():
    done = in_production("manage.py", "check", ESC_ENV="prod")

    assert done.returncode == 1
    assert "ESC_ENV is 'prod'; it may be 'development' or 'production'." in done.stderr


@pytest.mark.services
def test_impossible_day_is_refused_in_words():
    done = in_production("manage.py", "check", ESC_ENV="development", ESC_TODAY="2020-02-30")

    assert done.returncode == 1
    assert "ESC_TODAY is '2020-02-30'; it takes a day such as 2020-09-14." in done.stderr


@pytest.mark.services
@pytest.mark.parametrize("hour", ["7", "25:00", "07:00+02:00"])
def test_impossible_hour_is_refused_in_words(hour):
    done = in_production("manage.py", "check", ESC_ENV="development", DIGEST_AT=hour)

    assert done.returncode == 1
    assert f"DIGEST_AT is '{hour}'; it takes a time of day such as 07:00." in done.stderr


@pytest.mark.services
def test_rhythm_that_nobody_knows_is_refused_in_words():
    done = in_production("manage.py", "check", ESC_ENV="development", CALL_RHYTHM="daily")

    assert done.returncode == 1
    assert "CALL_RHYTHM is 'daily'; it may be 'weekly', 'two_weeks' or 'monthly'." in done.stderr
