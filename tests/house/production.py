"""What does an installation say that may start in production?"""

import os
import subprocess
import sys

from django.conf import settings

KEY = "k9W-2vQ_7rT4mZ1xB6nC8yD3fG5hJ0pL-aSqEuRiOtYwXzVbNmKj"
SANE = {
    "ESC_ENV": "production",
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": "esc.example",
    "BASE_URL": "https://esc.example",
    "DATABASE_URL": "sqlite://:memory:",
    "REDIS_URL": "redis://:secret@127.0.0.1:1/0",
    "EMAIL_URL": "smtp+tls://esc:secret@127.0.0.1:1",
}
GUNICORN = ("-m", "gunicorn", "--no-control-socket", "--bind", "127.0.0.1:0", "esc_tracker.wsgi")
WORKER = ("-m", "celery", "--quiet", "--app", "esc_tracker", "worker", "--pool", "solo", "--without-mingle")
BEAT = ("-m", "celery", "--quiet", "--app", "esc_tracker", "beat", "--pidfile=")


def environment(**changed: str) -> dict[str, str]:
    """Return the environment of a sane installation, and nothing of this machine's but its paths."""
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | SANE | changed


def in_production(*command: str, **changed: str) -> "subprocess.CompletedProcess[str]":
    """Run Python with a command to its end, in a sane environment but for what is changed."""
    return subprocess.run(
        [sys.executable, *command],
        env=environment(**changed),
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
