# Everything runs inside .venv, which make creates and keeps in step with the
# requirement files. It needs Python 3.11 or newer and a package registry.
#
#   make demo PYTHON=python3.12     to choose the interpreter
#   make test ARGS=-x               to hand options to pytest

VENV := .venv
BIN := $(VENV)/bin
JOBS := 2
ARGS :=
# How coverage is shown: term lists the lines nobody ran; empty gives the total only.
COVERAGE := term

# Tried in turn until one runs, is new enough and can make virtual environments;
# a name on PATH alone proves nothing (version managers leave stubs behind).
PYTHONS := $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python)

PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --cov=driftcheck --cov-report=$(COVERAGE) -rfEs

.DEFAULT_GOAL := help
# An interrupted install leaves nothing that looks finished.
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test test-all lint fmt bench lock clean

help:
	@echo "make demo      the main job, start to end, in the embedded AWS"
	@echo "make test      the fast tests, with coverage"
	@echo "make test-all  every test; those that cannot run here are named"
	@echo "make lint      style, types, workflows"
	@echo "make fmt       put the code into the house style"
	@echo "make bench     measure speed"
	@echo "make lock      renew requirements/ (UPGRADE=1: to the newest releases)"
	@echo "make clean     remove .venv and everything that was generated"

demo: $(VENV)/.with-sandbox
	@$(BIN)/python -m scripts.demo

test: $(VENV)/.with-dev
	$(PYTEST) -m "not slow and not terraform and not emulator" $(ARGS)

test-all: $(VENV)/.with-dev
	$(PYTEST) $(ARGS)

lint: $(VENV)/.with-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
	$(BIN)/zizmor --offline --quiet .github

fmt: $(VENV)/.with-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.with-dev
	$(BIN)/python -m benchmarks.run $(ARGS)

lock: $(VENV)/.with-lock
	$(BIN)/python requirements/update.py $(if $(UPGRADE),--upgrade)

clean:
	rm -rf $(VENV) build dist .coverage .coverage.* htmlcov
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find driftcheck tests scripts benchmarks requirements -name __pycache__ -prune \
		-exec rm -rf {} + 2>/dev/null || true

$(VENV)/pyvenv.cfg:
	@for python in $(PYTHONS); do \
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
			>/dev/null 2>&1; then \
			echo "Creating $(VENV) with $$("$$python" --version)"; \
			exec "$$python" -m venv $(VENV); \
		fi; \
	done; \
	echo "driftcheck needs Python 3.11 or newer with its venv module; none of these is it:" >&2; \
	echo "  $(PYTHONS)" >&2; \
	echo "Install one, or name it: make PYTHON=/path/to/python3" >&2; \
	exit 1

# First what is locked with hashes, the build backend included; then the project
# itself, which thus has nothing left to fetch. Only wheels: what is built from
# source brings its own build requirements, and nobody has hashed those.
define install
	@echo "Installing $(1) (a minute or two the first time)"
	@$(PIP) install --only-binary :all: --require-hashes $(foreach file,$(2),-r requirements/$(file).txt)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
endef

$(VENV)/.with-sandbox: $(VENV)/pyvenv.cfg requirements/build.txt requirements/sandbox.txt pyproject.toml
	$(call install,driftcheck and its sandbox,build sandbox)

$(VENV)/.with-dev: $(VENV)/pyvenv.cfg requirements/dev.txt pyproject.toml
	$(call install,driftcheck and everything that tests it,dev)

$(VENV)/.with-lock: $(VENV)/pyvenv.cfg requirements/lock.txt
	@$(PIP) install --only-binary :all: --require-hashes -r requirements/lock.txt
	@touch $@
