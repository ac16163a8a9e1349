"""Does a worker outlive whatever somebody puts into the broker's queue, and run none of it? (R46)"""

import base64
import json
import pickle
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings

from tests.faults.conftest import WEEKS
from tests.faults.installation import Installation
from tests.faults.table import chain_is_whole, doubled, drafted

pytestmark = [pytest.mark.faults, pytest.mark.long]
QUEUE = "celery"
TASK = "reports.tasks.write_weekly_reports"
NOTHING_MORE: dict[str, None] = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
JSON, PICKLE = "application/json", "application/x-python-serialize"
HUGE = 5_000_000


class _Runs:
    """What runs a command of its sender's where it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return (eval, (f"open({str(self.trace)!r}, 'w').close()",))


def _message(
    body: bytes | None = None,
    *,
    args: object = (),
    kwargs: object = None,
    content_type: str = JSON,
    task: str = TASK,
    **headers: object,
) -> dict[str, Any]:
    """Return a message as a program that knows the broker's password would send it."""
    told = [args, {} if kwargs is None else kwargs, NOTHING_MORE]
    identity = str(uuid.uuid4())
    return {
        "body": base64.b64encode(json.dumps(told).encode() if body is None else body).decode(),
        "content-encoding": "utf-8" if content_type == JSON else "binary",
        "content-type": content_type,
        "headers": {"lang": "py", "task": task, "id": identity, "root_id": identity, **headers},
        "properties": {
            "correlation_id": identity,
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": QUEUE},
            "delivery_tag": identity,
            "body_encoding": "base64",
            "priority": 0,
        },
    }


def _without(message: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name not in names}


def _as_text(message: object) -> bytes:
    return json.dumps(message).encode()


def _hostile(trace: Path) -> dict[str, bytes]:
    """Return what is pushed, by what is wrong with it."""
    runs = pickle.dumps(_Runs(trace))
    ours = _message()
    return {
        "pickled": _as_text(_message(runs, content_type=PICKLE)),
        "pickled, said to be JSON": _as_text(_message(runs)),
        "pickled, without a task": _as_text({**_message(runs, content_type=PICKLE), "headers": {}}),
        "YAML": _as_text(_message(b"!!python/object/apply:os.abort []", content_type="application/x-yaml")),
        "no such content type": _as_text(_message(content_type="application/x-nothing")),
        "no such encoding": _as_text({**_message(b"\xff\xfe", args=()), "content-encoding": "no-such"}),
        "unknown task": _as_text(_message(task="os.system", args=["touch /"])),
        "task named by a list": _as_text(_message(**{"task": ["os", "system"]})),  # type: ignore[arg-type]
        "a task of Celery's own": _as_text(_message(task="celery.backend_cleanup")),
        "too many arguments": _as_text(_message(args=[1, 2, 3])),
        "unknown keyword": _as_text(_message(kwargs={"now": "2020-01-01"})),
        "arguments that are a number": _as_text(_message(args=7)),
        "keywords that are a list": _as_text(_message(kwargs=["now"])),
        "body that is a number": _as_text(_message(b"7")),
        "body cut short": _as_text(_message(b'[[], {"now": ')),
        "body that is no base64": _as_text({**_message(), "body": "*"}),
        "body that is a list": _as_text({**_message(), "body": [1]}),
        "huge": _as_text(_message(kwargs={"words": "x" * HUGE})),
        "deep": _as_text(_message(b"[" * 5_000)),
        "due at no time": _as_text(_message(eta="tomorrow")),
        "expires at no time": _as_text(_message(expires="never")),
        "compressed as nothing": _as_text(_message(compression="application/x-nothing")),
        "retries that are words": _as_text(_message(retries="many", timelimit="long")),
        "another program's": _as_text({**_message(), "headers": {"x-other-app": "orders", "type": "order.created"}}),
        "headers that are none": _as_text({**_message(), "headers": None}),
        "headers that are words": _as_text({**_message(), "headers": "task"}),
        "an old protocol's": _as_text({**_message(b'{"task": "os.system", "id": "1", "args": []}'), "headers": {}}),
        "no content type": _as_text(_without(ours, "content-type", "content-encoding")),
        "no properties": _as_text(_without(ours, "properties")),
        "properties that are none": _as_text({**_message(), "properties": None}),
        "no delivery tag": _as_text({**_message(), "properties": {"body_encoding": "base64"}}),
        "envelope that is a list": b"[]",
        "envelope that is a number": b"7",
        "envelope cut short": _as_text(ours)[:80],
        "envelope that is no text": b"\xff\xfe\x00",
        "nothing": b"",
    }


def _push(site: Installation, raw: bytes) -> None:
    with redis.Redis.from_url(site.broker.url) as broker:
        broker.lpush(QUEUE, raw)


def _taken(site: Installation) -> bool:
    """Say whether nothing waits, and nothing is held without an answer."""
    with redis.Redis.from_url(site.broker.url) as broker:
        return not broker.llen(QUEUE) and not broker.hlen("unacked")


def test_a_worker_outlives_every_hostile_message_and_the_next_job_runs(site, tmp_path):
    trace = tmp_path / "was-run"
    site.start("worker-1")
    site.wait(lambda: "celery@" in site.log("worker-1") or site.processes_of("worker-1"), "the worker stands")
    pid = site.parts["worker-1"].process.pid

    ended, kept = [], []
    for what, raw in _hostile(trace).items():
        _push(site, raw)
        try:
            site.wait(lambda: _taken(site), what, seconds=15)
        except AssertionError:
            kept.append(what)
        if site.parts["worker-1"].process.pid != pid or site.parts["worker-1"].process.poll() is not None:
            ended.append(what)
            pid = site.parts["worker-1"].process.pid
    _push(site, _as_text(_message()))
    site.wait(lambda: drafted(site) == WEEKS, f"{WEEKS} reports")

    assert (ended, kept) == ([], [])
    assert not trace.exists()
    assert (doubled(site), chain_is_whole(site)) == (0, True)


def test_only_json_is_taken_and_no_job_runs_without_end():
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert (settings.CELERY_TASK_SERIALIZER, settings.CELERY_RESULT_SERIALIZER) == ("json", "json")
    assert 0 < settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT
    # A job that still runs is never given to a second worker as lost.
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT
