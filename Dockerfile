# What runs in deployment: one image; docker-compose.yml starts it as web, worker and beat.

FROM python:3.11-slim AS built
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/runtime.txt /tmp/runtime.txt
RUN /opt/venv/bin/pip install --no-deps --require-hashes -r /tmp/runtime.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ESC_ENV=production \
    STATIC_ROOT=/srv/static \
    VAR_DIR=/tmp/esc \
    GUNICORN_CMD_ARGS="--bind 0.0.0.0:8000 --worker-tmp-dir /tmp"
# Pango draws the PDF of a report.
RUN apt-get update && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 && \
    rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin esc
COPY --from=built /opt/venv /opt/venv
WORKDIR /srv/app
COPY . .
# Files for the browser are part of the image: a running container may write to /tmp alone.
RUN python manage.py collectstatic --no-input
USER 10001
EXPOSE 8000
# The same words as in the Procfile; a test compares them.
CMD ["gunicorn", "esc_tracker.wsgi:application", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket"]
