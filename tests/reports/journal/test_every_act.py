"""Does each act on the record write one entry, in one transaction with what it does, and tell all of it? (R39, R42)

The verbs are read from the code; each has its row in deeds.py and its words in reports/journal/verbs.py, or a test here
fails.
"""

import ast
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from esc_tracker.keeping import NotKept
from esc_tracker.origin import Origin, coming_from
from milestones.workflow import Move
from reports.demo import load_demo
from reports.journal.keeping import is_open
from reports.journal.verbs import GROUPS, VERBS
from tests.factories import make_user
from tests.reports.journal.deeds import DEEDS, KEPT_FIELDS, Deed, People
from tests.reports.record import begin_record

FLOORS = ("esc_tracker", "actions", "milestones", "reports")
APPS = ("accounts", "journal", "security", "actions", "milestones", "reports")
OPENING = {"act", "_change"}  # what opens an act, by its verb as the first argument
ALL_AT_ONCE = "reports.load_demo"  # tells a whole history and writes down that it did
HERE = Origin("web", "3f2a9c0d1e4b5a67", "192.0.2.7")


def _verbs_in(tree: ast.Module) -> Iterator[str]:
    """Yield the verbs of the acts that a module opens."""
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OPENING):
            continue
        match node.args[:1]:
            case [ast.Constant(value=str(verb))]:
                yield verb
            case [ast.JoinedStr()]:  # one door for four moves
                yield from (f"milestones.{move}" for move in (Move.CONFIRM, Move.RETURN, Move.REOPEN, Move.WITHDRAW))
            case [ast.Name(id=name)] if name in constants:
                yield constants[name]


def verbs_of_the_code() -> set[str]:
    """Return every verb that any module of the site may write into the journal."""
    modules = [path for floor in FLOORS for path in (settings.BASE_DIR / floor).rglob("*.py")]
    found = {verb for path in modules for verb in _verbs_in(ast.parse(Path(path).read_text(encoding="utf-8")))}
    return {verb for verb in found if "." in verb}


def test_every_verb_of_the_code_is_done_here_and_has_its_words():
    verbs = verbs_of_the_code()

    assert len(verbs) >= 50
    assert sorted(verbs - set(VERBS)) == []
    assert sorted(set(VERBS) - verbs) == []
    assert sorted(verbs - set(DEEDS)) == [ALL_AT_ONCE]
    assert sorted(set(DEEDS) - verbs) == []


def test_the_words_of_every_verb_are_a_sentence_in_a_group():
    for name, verb in VERBS.items():
        assert verb.group in GROUPS, name
        assert verb.label[0].isupper(), name
        assert verb.label[-1].isalpha(), name
        assert verb.sentence.startswith("{who} "), name
        assert verb.sentence.endswith("."), name
    assert len({verb.label for verb in VERBS.values()}) == len(VERBS)
    assert {verb.group for verb in VERBS.values()} == set(GROUPS)


def _people() -> People:
    return People(
        cbp=make_user("cbp@esc.example", Role.ESC_MEMBER, "CBP"),
        ice=make_user("ice-hsi@esc.example", Role.ESC_MEMBER, "ICE-HSI"),
        usps=make_user("usps@esc.example", Role.ESC_MEMBER, "USPS"),
        plcy=make_user("plcy@esc.example", Role.PLCY_STAFF),
        admin=make_user("admin@esc.example", Role.ADMINISTRATOR),
    )


@pytest.fixture
def ready(request, db) -> Deed:
    """Prepare one deed; loading the plan alone begins with an empty record."""
    if request.param != "milestones.load_plan":
        begin_record()
    return DEEDS[request.param](_people())


def _do(deed: Deed) -> None:
    with coming_from(HERE):
        if deed.at is None:
            deed.do()
        else:
            with clock.at(deed.at):
                deed.do()


def _do_and_fail(deed: Deed) -> None:
    with transaction.atomic():
        _do(deed)
        raise ZeroDivisionError


def _fingerprint() -> dict[str, str]:
    """Return a digest of all rows of each table of the site."""
    prints = {}
    for model in apps.get_models():
        if model._meta.app_label in APPS:
            rows = list(model._base_manager.order_by("pk").values_list())
            prints[model._meta.label] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return prints


def _refuse_entries() -> None:
    """Let the database refuse every new entry of the journal."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$"
            )
            cursor.execute("CREATE TRIGGER refuse BEFORE INSERT ON journal_entry EXECUTE FUNCTION refuse()")
        else:
            cursor.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON journal_entry"
                " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
            )


def _take_entries_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse" + (" ON journal_entry" if connection.vendor == "postgresql" else ""))


def written_in(entry: Entry) -> set[str]:
    """Return the names of all facts of an entry."""
    return {*entry.before, *entry.after}


def kept_of(entry: Entry) -> set[str]:
    """Return those of its facts that stay with the chair's office."""
    return {name for name in written_in(entry) if not is_open(entry.verb, name)}


@pytest.mark.parametrize("ready", DEEDS, indirect=True)
def test_an_act_writes_one_entry_that_tells_all_of_it_or_changes_nothing(request, ready):
    verb = request.node.callspec.params["ready"]
    stood, entries = _fingerprint(), Entry.objects.count()

    _refuse_entries()
    with pytest.raises(NotKept), transaction.atomic():
        _do(ready)
    refused = _fingerprint()
    _take_entries_again()
    asked_at = ready.at or clock.now()
    _do(ready)
    done_at = ready.at or clock.now()

    assert refused == stood
    assert Entry.objects.count() == entries + 1
    entry = Entry.objects.latest("number")
    assert (entry.verb, entry.about, entry.by) == (verb, ready.about, ready.by)
    assert (entry.source, entry.request_id) == (HERE.source, HERE.id)
    assert (set(entry.before), set(entry.after)) == (set(ready.before), set(ready.after))
    assert kept_of(entry) == (written_in(entry) if verb.startswith("accounts.") else set(KEPT_FIELDS.get(verb, {})))
    assert entry.recorded_at.utcoffset() == timedelta(0)
    assert asked_at <= entry.recorded_at <= done_at
    assert {name for name, seal in _fingerprint().items() if seal != stood[name]} > {"journal.Entry"}
    assert first_broken_entry() == ""


@pytest.mark.parametrize("ready", DEEDS, indirect=True)
def test_what_is_taken_back_around_an_act_takes_its_entry_along(ready):
    stood = _fingerprint()

    with pytest.raises(ZeroDivisionError):
        _do_and_fail(ready)

    assert _fingerprint() == stood


def test_the_sample_history_is_written_down_once_as_loaded(db):
    load_demo()
    again = load_demo()

    assert again is False
    assert Entry.objects.filter(verb=ALL_AT_ONCE).count() == 1
    assert {entry.verb for entry in Entry.objects.all()} <= verbs_of_the_code()
    assert first_broken_entry() == ""
