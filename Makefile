# Two commands matter: make demo, make test. Both do their own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Containers often forbid Python to keep what it compiled. Each of the hundreds of processes of a
# run or of the tests would compile its libraries anew then: four seconds each to write a report,
# seven to collect the tests.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-long lint format lock clean help
.DEFAULT_GOAL := help

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'

demo: $(VENV)/.run ## compare the two stores under a spike and an outage; prints where the report is
	@$(BIN)/twinstack run first-look --profile demo

test: $(VENV)/.dev ## all tests: unit, contract, integration and a smoke run end to end
	@$(BIN)/pytest -m "not alone and not long" -n 3 --no-loadscope-reorder $(PYTEST_ARGS)
	@$(BIN)/pytest -m "alone and not long" $(PYTEST_ARGS)

test-long: $(VENV)/.dev ## the tests that take minutes: a thousand steps on both stores, the tool killed at twenty moments
	@$(BIN)/pytest -m long $(PYTEST_ARGS)

lint: $(VENV)/.dev ## ruff, mypy, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.dev ## format the code
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

lock: $(VENV)/.dev ## pin the dependencies anew
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" pyproject.toml --group build -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock

clean: ## remove the environment and what tools cached
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Twinstack needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make virtual environments here; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 2; }

# Python compiles a module when it is first imported; compiling all of them beforehand takes longer
# than the rest of the installation.
PIP := $(BIN)/pip install -q --disable-pip-version-check --no-compile

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
