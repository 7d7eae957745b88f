# Two commands matter: make demo, make test. Both do their own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Containers often forbid Python to keep what it compiled. Each of the hundreds of processes of a
# run or of the tests would compile its libraries anew then: four seconds each to write a report,
# seven to collect the tests.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-long test-docker images lint register format lock clean help
.DEFAULT_GOAL := help

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'

demo: $(VENV)/.run ## compare the two stores under a spike and an outage; prints where the report is
	@$(BIN)/twinstack run first-look --profile demo

test: $(VENV)/.dev ## all tests: unit, contract, integration and a smoke run end to end
	@failed=0; \
	$(BIN)/pytest -m "not alone and not long and not docker" -n 3 --no-loadscope-reorder $(PYTEST_ARGS) || failed=$$?; \
	$(BIN)/pytest -m "alone and not long and not docker" $(PYTEST_ARGS) || failed=$$?; \
	exit $$failed
	@echo "Left out: tests/containers, which need Docker and minutes (make test-docker), and what takes long (make test-long)."

test-long: $(VENV)/.dev ## the tests that take minutes: a thousand steps on both stores, the tool killed at twenty moments
	@$(BIN)/pytest -m "long and not docker" $(PYTEST_ARGS)

test-docker: $(VENV)/.dev ## build the images and test them as running stores; needs Docker (BASE=... names another base image)
	@$(BIN)/python docker/engine.py check
	@$(MAKE) --no-print-directory images
# Two parts: an engine has thirty networks to give, and two stores for users take most of them. What
# fails in the first part says nothing of the second.
	@failed=0; \
	$(BIN)/pytest -m docker --ignore=tests/containers/platforms $(PYTEST_ARGS) || failed=$$?; \
	$(BIN)/pytest -m docker tests/containers/platforms $(PYTEST_ARGS) || failed=$$?; \
	exit $$failed

images: docker/wheels/.fetched ## build the container images (BASE=... names another base image)
	@docker/secrets.sh
	@BASE="$(BASE)" PYTHON="$(BIN)/python" docker/build.sh

# Wheels are for the Python that fetches them, so the images have the same one.
BASE ?= python:$(shell $(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')-slim-bookworm

docker/wheels/.fetched: requirements.lock | $(VENV)/bin/python
	@rm -rf docker/wheels && mkdir docker/wheels
	@$(BIN)/pip download -q --disable-pip-version-check --require-hashes --no-deps --only-binary=:all: -r requirements.lock -d docker/wheels
	@touch $@

lint: $(VENV)/.dev ## ruff, mypy, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy docker/*.py
	@$(BIN)/lint-imports

register: $(VENV)/.dev ## write the register of full runs from its data and the runs
	@$(BIN)/python -m analysis.register

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
