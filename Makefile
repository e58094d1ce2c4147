# What people type here. Each target installs what it needs into .venv first.
PYTHON ?= python3
BIN := .venv/bin
# What uses the database and starts no servers of its own: run once on each profile.
ON_SERVERS := -m "not services" tests/annsite tests/exercises tests/lessons --ignore=tests/exercises/grading
# Many tests wait for real services, so three at a time are faster than one, also on two cores.
SIDE_BY_SIDE := -n 3
PORT ?= 8000
export PORT
# Where bytecode is not kept, each of the many processes compiles our modules anew: a fifth of its start.
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test check screenshots bench load storm lists lock schema clean

run: .venv/run.stamp  ## start the whole site on this machine
	@$(BIN)/python manage.py run_site

test: .venv/dev.stamp .venv/oracles.stamp  ## every test, in real browsers and on real servers
	@$(BIN)/python -m tests.e2e.find_browser
	$(BIN)/python -m pytest $(or $(PYTEST),$(SIDE_BY_SIDE))
	$(if $(PYTEST),,$(BIN)/python -m tests.on_servers $(SIDE_BY_SIDE) $(ON_SERVERS))

check: .venv/dev.stamp  ## lint, format, types, import contracts, templates, deployment, migrations, schema
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html' 'templates/**/*.html')
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python -m tests.deploy_check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --format openapi-json --validate --fail-on-warn --file var/openapi.json
	diff -u docs/openapi.json var/openapi.json

screenshots: .venv/dev.stamp  ## a picture of every lesson and exercise, light and dark, on one sheet
	$(BIN)/python -m tests.e2e.screenshots

bench: .venv/dev.stamp .venv/oracles.stamp  ## side by side with peers; prints ratios
	$(BIN)/python -m bench.engine
	$(BIN)/python -m bench.grading

load: .venv/dev.stamp  ## a class of 200 at work over HTTP, on PostgreSQL and a real broker
	$(BIN)/python -m bench.load

storm: .venv/dev.stamp  ## 1,500 answers on each profile while everything is killed at random
	$(BIN)/python -m tests.faults.storm --profile sqlite
	$(BIN)/python -m tests.faults.storm --profile postgres

lists: .venv/dev.stamp  ## list pages with a thousand submissions and with a million
	$(BIN)/python -m bench.lists

lock:  ## write the requirements files anew from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml --extra site -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		-c requirements.txt pyproject.toml --extra site --group dev -o requirements-dev.txt

schema: .venv/dev.stamp  ## write the committed OpenAPI schema anew
	$(BIN)/python manage.py spectacular --format openapi-json --validate --fail-on-warn --file docs/openapi.json

clean:  ## forget everything that was installed and stored here
	rm -rf .venv var

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/run.stamp

.venv/oracles.stamp: requirements-oracles.txt .venv/dev.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-oracles.txt
	@touch $@
