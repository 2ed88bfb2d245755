# Everything Bihuan needs is installed here, below this folder. Assumed: python3 with venv, make, git.
# "make help" lists the commands.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
STAMPS := .venv/stamps

# uv does not read pip's configuration: whoever uses a mirror with pip uses it here too.
pip_index = $(shell $(PYTHON) -m pip config get global.index-url 2>/dev/null || true)
UV = $(if $(UV_DEFAULT_INDEX)$(pip_index),UV_DEFAULT_INDEX=$(or $(UV_DEFAULT_INDEX),$(pip_index))) VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv

## -- Running ------------------------------------------------------------------------------------

.PHONY: setup
setup: $(STAMPS)/package ## install everything into .venv

.PHONY: serve
serve: setup ## start Bihuan on this machine, data in $BIHUAN_HOME or ./var
	exec $(BIN)/bihuan serve

.PHONY: demo
demo: setup ## fill $BIHUAN_HOME with a fictional mall
	$(BIN)/bihuan demo

## -- How it is installed ------------------------------------------------------------------------

$(STAMPS)/venv: requirements-tools.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-tools.txt
	mkdir -p $(STAMPS)
	touch $@

$(STAMPS)/requirements: $(STAMPS)/venv requirements-dev.txt
	$(UV) pip install --quiet --require-hashes -r requirements-dev.txt
	touch $@

$(STAMPS)/package: $(STAMPS)/requirements pyproject.toml
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@
