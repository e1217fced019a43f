# `make crawl` and `make test` set everything up by themselves: all they need is Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# An environment for development has all that a crawl needs; a crawl alone needs about half of it.
DEV := $(VENV)/.ready
READY := $(or $(wildcard $(DEV)),$(VENV)/.crawl)
MIN := .venv-min
# One more than there are processors, for some tests wait for a server.
TESTS_AT_ONCE ?= -n $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --dist worksteal
export NO_MKDOCS_2_WARNING := 1
SCHEMA = $(BIN)/check-jsonschema --quiet --builtin-schema vendor

# Install with uv, which takes a fifth of pip's time: the user's, or one that pip fetches into the environment. Where
# uv fails (it does not read pip.conf, so it knows no mirror that is named there), install with pip.
define install
@$(PYTHON) -c 'import sys; sys.exit("newscrawl needs Python 3.11 or newer; run: make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
@echo "Installing newscrawl into $(VENV) ..." >&2
@uv=$$(command -v uv) && $$uv venv --quiet --seed --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV) \
    || $(PYTHON) -m venv $(VENV); \
uv=$${uv:-$$($(BIN)/python -m pip install -qq --disable-pip-version-check uv 2>/dev/null && echo $(BIN)/uv)}; \
{ test -n "$$uv" && $$uv pip install --quiet --python $(BIN)/python $(1) 2>/dev/null; } \
    || $(BIN)/python -m pip install -qq --disable-pip-version-check $(1)
@touch $@
endef

.PHONY: help crawl test test-slow coverage test-min soak lint types check docs screenshots site lock clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

crawl: $(READY)  ## crawl the provided documents into newscrawl.db
	@$(BIN)/scrapy crawl fixtures -L WARNING

# The tests start many processes: compile once, whatever the environment says about bytecode.
test test-slow test-min coverage soak: export PYTHONDONTWRITEBYTECODE =

test: $(DEV)  ## the tests, two to seven minutes on two cores
	$(BIN)/python -m pytest -q $(TESTS_AT_ONCE)

test-slow: $(DEV)  ## the tests of kills, of several processes at once, of packaging and of the README
	$(BIN)/python -m pytest -q $(TESTS_AT_ONCE) -m 'slow and not soak' --timeout 300

coverage: $(DEV)  ## the tests of `make test`, and which lines and branches of newscrawl they run
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q $(TESTS_AT_ONCE) --timeout 300
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

test-min: $(MIN)/.ready  ## the tests with the oldest dependencies that pyproject.toml allows; needs uv
	$(MIN)/bin/python -m pytest -q $(TESTS_AT_ONCE)

soak: $(DEV)  ## the long tests: crawls killed at random and resumed, 200 ticks of cron, four machines with 50 sites
	$(BIN)/python -m pytest -q -m soak --timeout 5400

lint: $(DEV)  ## style, dependencies, documentation, configuration files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry newscrawl
	$(BIN)/deptry benchmarks docs testing tests training --ignore DEP002,DEP004
	$(BIN)/hadolint Dockerfile
	$(SCHEMA).github-workflows .github/workflows/*.yml
	$(SCHEMA).dependabot .github/dependabot.yml
	$(SCHEMA).github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(SCHEMA).github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(SCHEMA).compose-spec compose.yaml
	$(SCHEMA).citation-file-format CITATION.cff
	$(BIN)/mkdocs build --quiet --strict

types: $(DEV)  ## mypy, strict
	$(BIN)/mypy

check: test lint types  ## test, lint and types

docs: $(DEV)  ## regenerate docs/reference from the code
	$(BIN)/python -m docs.generate

screenshots: $(DEV)  ## draw the pictures of `newscrawl serve` in docs/images; needs Chromium
	$(BIN)/python -m docs.screenshots

site: $(DEV)  ## build the documentation into site/
	$(BIN)/mkdocs build --quiet --strict

lock: $(DEV)  ## pin versions in requirements.lock, after a change of pyproject.toml; needs uv
	uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --extra dev --extra docs --extra bench --extra mcp --extra serve --output-file requirements.lock pyproject.toml

clean:  ## remove what make and the build made
	rm -rf $(VENV) $(MIN) build dist site *.egg-info

$(VENV)/.crawl: requirements.lock pyproject.toml
	$(call install,--constraint requirements.lock --editable '.[serve]')

$(DEV): requirements.lock pyproject.toml
	$(call install,--requirement requirements.lock --editable .)

$(MIN)/.ready: pyproject.toml
	uv venv --quiet --clear --python $(PYTHON) $(MIN)
	uv pip install --quiet --python $(MIN)/bin/python --resolution lowest-direct --editable '.[dev,bench,mcp,serve]'
	@touch $@
