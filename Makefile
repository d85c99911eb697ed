# Every target makes the environment .venv when it is missing or older than its lock.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint docs quality screenshots lock clean

run: .venv/ready
	$(BIN)/newsmill run seeds --out data

test: .venv/ready
	$(BIN)/python tests/run_all.py

lint: .venv/ready
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

docs: .venv/ready
	$(BIN)/python docs/generate.py --write

quality: .venv/ready
	$(BIN)/python -m benchmarks.quality $(GOLD)

screenshots: .venv/ready
	$(BIN)/python -m benchmarks.screenshots

# The lock is complete, so pip has nothing to resolve; every file is checked against its hash.
.venv/ready: requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("newsmill needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch .venv/ready

# Needs uv (any version): resolves pyproject.toml into the two locks, hashes and all, without naming an index.
UV_COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml
lock:
	$(UV_COMPILE) --output-file requirements.lock
	$(UV_COMPILE) --extra dev --output-file requirements-dev.lock

clean:
	rm -rf .venv build *.egg-info
