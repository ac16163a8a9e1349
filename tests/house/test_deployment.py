"""Do the container files, the Procfile and the locks say the same, and say it safely?"""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

TOP = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((TOP / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
PROCFILE = dict(line.split(": ", 1) for line in (TOP / "Procfile").read_text().splitlines())
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]


def _locked(name: str) -> dict[str, str]:
    """Return `{package: version}` of a lock."""
    text = (TOP / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


def _name(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9-]+", requirement)[0].lower()


def test_compose_starts_what_the_procfile_names():
    assert {name: SERVICES[name]["command"] for name in PROCFILE} == PROCFILE


def test_image_starts_the_web_process_of_the_procfile():
    command = re.search(r"^CMD (\[.*\])$", (TOP / "Dockerfile").read_text(), re.MULTILINE)[1]

    assert " ".join(json.loads(command)) == PROCFILE["web"]


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_confined(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert not service.get("privileged")


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_lasting_service_has_a_healthcheck(name):
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", ["db", "broker"])
def test_database_and_broker_are_not_published(name):
    assert "ports" not in SERVICES[name]
    assert SERVICES[name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_only_the_proxy_is_reached_from_outside():
    """(R48)"""
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_each_process_runs_twice():
    replicas = {name: SERVICES[name]["deploy"].get("replicas", 1) for name in SERVICES}

    assert {name for name, count in replicas.items() if count == 2} == {*PROCFILE}


def test_proxy_takes_slow_clients_and_tells_the_site_of_one_hop():
    config = (TOP / "deploy" / "nginx.conf").read_text()

    assert "proxy_request_buffering on;" in config
    assert re.findall(r"proxy_set_header (X-\S+) +(\S+);", config) == [
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-For", "$remote_addr"),
    ]
    assert "proxy_next_upstream error timeout;" in config  # never non_idempotent: a POST is sent once
    assert {f"./deploy/{name}" for name in ("nginx.conf", "upstream.conf")} <= {
        volume.split(":")[0] for volume in SERVICES["proxy"]["volumes"]
    }


def test_compose_holds_no_secret():
    given = {name: value for s in SERVICES.values() for name, value in s.get("environment", {}).items()}

    secrets = ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "DATABASE_URL", "RUNTIME_DATABASE_URL", "REDIS_URL")
    for name in secrets:
        assert re.search(r"\$\{[A-Z_]+:\?", given[name]), name


def test_only_the_migration_comes_to_the_database_as_its_owner_and_then_seats_the_runtime_role():
    """(R49)"""
    addresses = {name: SERVICES[name]["environment"]["DATABASE_URL"] for name in ("web", "worker", "beat", "migrate")}
    owner = SERVICES["db"]["environment"]["POSTGRES_USER"]

    as_owner = {name for name, address in addresses.items() if address.startswith(f"postgres://{owner}:")}

    assert as_owner == {"migrate"}
    assert SERVICES["migrate"]["environment"]["RUNTIME_DATABASE_URL"] == addresses["web"]
    assert SERVICES["migrate"]["command"].count("manage.py") == 3
    assert SERVICES["migrate"]["command"].endswith('&& python manage.py grant_runtime_role"')
    assert "RUNTIME_DATABASE_URL" not in SERVICES["web"]["environment"]
    assert addresses["worker"] == addresses["beat"] == addresses["web"]


def test_image_runs_as_nobody_in_particular_on_the_runtime_lock_alone():
    lines = (TOP / "Dockerfile").read_text().splitlines()

    assert "USER 10001" in lines[: next(n for n, line in enumerate(lines) if line.startswith("CMD"))]
    assert [line for line in lines if "requirements/" in line] == ["COPY requirements/runtime.txt /tmp/runtime.txt"]
    assert any("--require-hashes" in line for line in lines)


def test_image_and_machines_get_the_same_libraries_for_pdf():
    wanted = set(re.search(r'^PANGO="(.*)"$', (TOP / "scripts" / "install").read_text(), re.MULTILINE)[1].split())

    image = re.search(r"apt-get install -y --no-install-recommends (.*?) && ", (TOP / "Dockerfile").read_text())[1]
    bare_machine = re.search(r"^for library in (.*); do$", (TOP / ".ci" / "run").read_text(), re.MULTILINE)[1]

    assert "libpango-1.0-0" in wanted
    assert set(image.split()) == set(bare_machine.split()) == wanted


@pytest.mark.parametrize("name", ["runtime", "run", "dev", "postgres"])
def test_lock_names_no_host_and_every_hash(name):
    text = (TOP / "requirements" / f"{name}.txt").read_text()

    blocks = re.findall(r"^[a-z0-9-]+==.*(?:\n    .*)*", text, re.MULTILINE)

    assert not re.search(r"://|--index|--find-links|--extra|@ ", text)
    assert len(blocks) == len(_locked(name)) > 0
    assert all("--hash=sha256:" in block for block in blocks)


def test_larger_locks_hold_the_smaller_at_the_same_versions():
    assert _locked("runtime").items() <= _locked("run").items() <= _locked("dev").items()


def test_locks_hold_what_the_project_asks_for():
    asked = {_name(requirement) for requirement in PROJECT["dependencies"]}
    for_development = {_name(requirement) for requirement in PROJECT["optional-dependencies"]["dev"]}

    assert asked <= set(_locked("runtime"))
    assert for_development <= set(_locked("dev"))
    assert not for_development & set(_locked("runtime"))
