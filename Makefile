# Everything Bihuan needs is installed below this folder. Assumed on the machine: python3 with venv, make, git.
# "make help" lists the commands.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

# Compiled modules are kept: without them every command begins by compiling Django.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
BIN := .venv/bin
STAMPS := .venv/stamps

# uv does not read pip's configuration: whoever uses a mirror with pip uses it here too.
index = $(or $(UV_DEFAULT_INDEX),$(shell $(PYTHON) -m pip config get global.index-url 2>/dev/null || true))
uv = VIRTUAL_ENV=$(CURDIR)/.venv $(if $(index),UV_DEFAULT_INDEX=$(index)) $(BIN)/uv
# Commands that only need Django's settings get a data folder of no importance.
django = BIHUAN_HOME=$(CURDIR)/.venv/home DATABASE_URL= DJANGO_SETTINGS_MODULE=bihuan.site.settings
node = PATH=$(CURDIR)/$(BIN):$$PATH
lock = $(uv) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links

web := src/bihuan/web
po := $(wildcard src/bihuan/locale/*/LC_MESSAGES/django.po)
assets := $(shell find $(web)/assets -type f)

.PHONY: help
help:
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1|/' | while IFS='|' read -r name what; do printf '  make %-10s %s\n' "$$name" "$$what"; done

# -- Running ---------------------------------------------------------------------------------------

.PHONY: setup serve demo screenshots bench
setup: $(STAMPS)/static $(STAMPS)/messages ## install everything into .venv (the others do it by themselves)

serve: setup ## start Bihuan on this machine; data in $BIHUAN_HOME, or ./var
	@exec $(BIN)/bihuan serve

screenshots: setup ## take the pictures of docs/screens anew, from the demo
	@$(BIN)/python -m tools.screenshots

demo: setup ## fill $BIHUAN_HOME with a fictional mall
	@$(BIN)/bihuan demo

bench: setup ## print the figures of docs/performance.md, measured here
	@$(BIN)/bihuan bench

# -- Testing and checking --------------------------------------------------------------------------

on_both := $(wildcard tests/records tests/desk)

.PHONY: test check format messages lock
test: setup ## run all tests, in a real browser and on both databases
	@browser=$$($(BIN)/python -m tools.browser) && echo "browser: $$browser"
	$(BIN)/pytest -q -n 2 --dist worksteal
	$(if $(on_both),$(BIN)/python -m tools.postgres $(BIN)/pytest -q -n 2 --dist worksteal $(on_both))

check: setup ## style, types, import rules, translations, manners, migrations, lock files
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(django) $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.check_translations
	$(BIN)/python -m tools.check_manner
	$(django) $(BIN)/python -m django makemigrations --check --dry-run
	$(BIN)/python -m tools.check_locks

format: setup ## put the source into the one form
	$(BIN)/ruff check --fixable I,RUF100 --fix --exit-zero --quiet
	$(BIN)/ruff format

messages: setup ## take new sentences of the interface into the .po file
	$(BIN)/python -m tools.check_translations --update

lock: $(STAMPS)/venv ## renew the lock files after a change of pyproject.toml or package.json
	$(lock) --group tools --output-file requirements-tools.txt
	$(lock) pyproject.toml --output-file requirements.txt
	$(lock) pyproject.toml --group dev --constraints requirements.txt --output-file requirements-dev.txt
	cd frontend && $(node) npm install --package-lock-only

# -- How it is installed ---------------------------------------------------------------------------

$(STAMPS)/venv: requirements-tools.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-tools.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/requirements: $(STAMPS)/venv requirements-dev.txt
	$(uv) pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

$(STAMPS)/package: $(STAMPS)/requirements pyproject.toml
	$(uv) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/node: $(STAMPS)/requirements frontend/package-lock.json frontend/.npmrc
	cd frontend && $(node) npm ci --loglevel=error
	@touch $@

$(STAMPS)/bundle: $(STAMPS)/node frontend/build.mjs $(assets)
	cd frontend && $(node) node build.mjs
	@touch $@

$(STAMPS)/static: $(STAMPS)/bundle $(STAMPS)/package
	$(django) $(BIN)/python -m django collectstatic --no-input --clear --verbosity 0
	@touch $@

$(STAMPS)/messages: $(STAMPS)/package $(po)
	$(if $(po),$(BIN)/pybabel --quiet compile --domain django --directory src/bihuan/locale)
	@touch $@
