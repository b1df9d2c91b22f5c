# Two commands: `make verify` judges the ledger, `make test` runs every test. All targets set up .venv when needed.
PYTHON ?= python3
VENV   := .venv
READY  := $(VENV)/.ready
BIN    := $(VENV)/bin
ARGS   ?=

# Workers are processes; a BLAS that starts threads of its own only gets in their way.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1

.PHONY: verify kernel test lint docs bench mutants lock clean

verify: $(READY)
	@$(BIN)/haarmite verify --report report --force $(ARGS)

# Has Coq check what it can (needs coqc and its Interval library), and leaves its files in kernel-report/kernel.
kernel: $(READY)
	@$(BIN)/haarmite verify --kernel coq --jobs 2 --report kernel-report --force $(ARGS)

test: $(READY)
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/mypy

# Pages in docs/_build; a warning is an error.
docs: $(READY)
	@rm -rf docs/api
	@$(BIN)/python -m sphinx -W --keep-going -q -j auto -b html docs docs/_build
	@echo "docs/_build/index.html" >&2

# Sets up the peers in environments of their own, measures everything beside them, and writes benchmarks/results.md.
bench: $(READY)
	@$(BIN)/python -m benchmarks.peers
	@$(BIN)/python -m benchmarks $(ARGS)

# Changes one token of the trusted files at a time; the tests near it must notice. ARGS="--sample 40 --seed 1" draws some.
mutants: $(READY)
	@$(BIN)/python -m benchmarks.mutants $(ARGS)

# Every version and its digest stand in requirements.lock; the project itself is linked, not copied.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "haarmite needs Python 3.11 or newer, got $$($(PYTHON) --version 2>&1); run make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing pinned packages into $(VENV)" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Rewrites the lock file from pyproject.toml (needs uv).
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --upgrade -o requirements.lock

clean:
	rm -rf $(VENV) .venv-bench .venv-bench-jax report kernel-report docs/_build docs/api .pytest_cache .mypy_cache .ruff_cache .hypothesis
