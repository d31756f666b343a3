# lotwise: from a fresh machine to a finished report, and to green tests.
# Needs Python 3.11 to 3.13 and make; everything else is installed into .venv from the lock files:
# what the product needs from requirements.lock, what tests need besides from the other two.

PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do command -v $$name && break; done)
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.installed
TESTED := $(VENV)/.installed-for-tests
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test quick coverage fuzz chaos tiny ui bench bench-check studies check generated lock clean

help: ## what each command does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "lotwise needs Python 3.11 to 3.13: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	$(BIN)/python -m pipelines.kernels
	touch $(READY)

$(TESTED): $(READY) requirements-dev.lock requirements-spark.lock
	$(PIP) --require-hashes -r requirements-dev.lock -r requirements-spark.lock
	touch $(TESTED)

demo: $(READY) ## a virtual plant's records to the finished report, on this machine
	$(BIN)/lotwise run --home var

# Three processes for two cores: several tests wait for servers. Bytecode is kept whatever the
# environment says, for the tests start the program many times.
EVERY_TEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

test: $(TESTED) ## every test
	$(EVERY_TEST)

quick: $(TESTED) ## the unit tests, under a minute of processor time
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -m unit

coverage: $(TESTED) ## every test, and the share of lines they reach
	$(EVERY_TEST) -q --cov --cov-report=
	@echo "lines of the five rooms reached by the tests: $$($(BIN)/coverage report --format=total)%"

SECONDS ?= 120
fuzz: $(TESTED) ## random profiles, CSV, Parquet and expressions for a while (make fuzz SECONDS=600)
	$(BIN)/python -m tests.bad_inputs.fuzz --seconds $(SECONDS)

chaos: $(TESTED) ## kills, full disks and wrong clocks until 300 kills are on record (make chaos MINUTES=20)
	$(BIN)/python benchmarks/chaos.py $(if $(MINUTES),--minutes $(MINUTES))

tiny: $(TESTED) ## make the tiny published warehouse of the tests anew, from a run of the demo (minutes)
	$(BIN)/python -m tests.published.tiny

ui: $(READY) ## Dagster on localhost
	$(BIN)/lotwise serve

bench: $(TESTED) ## speed beside DuckDB, tsfresh and an earlier commit; kept in benchmarks/results/speed.csv
	$(BIN)/python -m benchmarks.speed

bench-check: $(TESTED) ## has speed fallen by more than 15% since? the quick part of bench
	$(BIN)/python -m benchmarks.speed --check

# What a study asks is whether findings are right, on hundreds of plants, for days; each goes on where
# it was stopped. What is left out measures cost: `make bench`, or a file by itself.
COSTS   := placing memory sensor_features night_cost spark_cluster failure_models failure_patterns \
	savings_draws database_landing virtual_plant batch_pages
STUDIES := $(filter-out $(COSTS:%=benchmarks/%.py), $(wildcard benchmarks/*.py))
studies: $(TESTED) ## every study of whether findings are right, rows under benchmarks/results/ (days)
	for file in $(STUDIES); do $(BIN)/python "$$file" || exit 1; done

check: $(TESTED) ## lint, format, types (tests and benchmarks too), imports
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

generated: $(TESTED) ## write anew everything that is generated: dictionary, codes, contract, graph, picture
	$(BIN)/python -m assets.sensor_features.contract_file
	$(BIN)/python -m data_contracts.generated.dictionary
	$(BIN)/python -m data_contracts.generated.code_names
	$(BIN)/python -m tests.house.write_asset_graph
	$(BIN)/python -m tests.house.write_house_picture

LOCKED := --universal --no-strip-extras --generate-hashes --no-emit-index-url --python-version 3.11 --quiet
lock: pyproject.toml ## resolve the dependencies anew into the three lock files (needs uv)
	uv pip compile pyproject.toml --extra sql --extra lakehouse --group build \
		$(LOCKED) --output-file requirements.lock
	for group in dev spark; do uv pip compile --group $$group --constraints requirements.lock \
		$(LOCKED) --output-file requirements-$$group.lock || exit 1; done

clean: ## remove the environment and everything generated
	rm -rf $(VENV) var
