# `make crawl` and `make test` set everything up by themselves: Python 3.11 or newer is all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: crawl test soak lint types check lock clean

crawl: $(READY)  ## crawl the provided documents into newscrawl.db
	@$(BIN)/scrapy crawl fixtures -L WARNING

test: $(READY)  ## the tests, twenty minutes on two cores
	$(BIN)/python -m pytest -q -n auto --dist worksteal

soak: $(READY)  ## the long tests: crawls killed at random and resumed, 200 ticks of cron
	$(BIN)/python -m pytest -q -m soak --timeout 5400

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

check: test lint types

lock: $(READY)  ## pin what is installed, after changing pyproject.toml
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --strip-extras --extra dev --extra bench --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) build dist *.egg-info

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("newscrawl needs Python 3.11 or newer; run: make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@
