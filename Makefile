# `make help` lists what there is. Needs git, make and a Python from 3.11 to 3.14; the rest is installed into .venv when needed.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PROGRAM := $(VENV)/.program-installed
TOOLS := $(VENV)/.tools-installed
CONFIG ?= config
JOBS ?= auto
CODE := src tests tools $(wildcard benchmarks)

.PHONY: help demo run test lint types imports unit docs eval month chaos bench clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: $(PROGRAM) ## show the main job end to end against local servers, about ten seconds
	$(BIN)/rarewatch demo

run: $(PROGRAM) ## watch what CONFIG says (default: config), until Ctrl-C
	$(BIN)/rarewatch run --config $(CONFIG)

test: lint types imports unit ## everything CI runs

lint: $(TOOLS) ## style, with ruff
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)

types: $(TOOLS) ## types, with mypy --strict
	$(BIN)/mypy

imports: $(TOOLS) ## who may import whom, with import-linter
	$(BIN)/lint-imports

unit: $(TOOLS) ## all tests, docs included, in parallel (JOBS=4 for four processes)
	$(BIN)/pytest -n $(JOBS) --dist loadfile

docs: $(TOOLS) ## the tests that hold the documentation to the code
	$(BIN)/pytest tests/docs

eval: $(TOOLS) ## measure the shipped rules against tests/corpus/floors.yaml (ARGS=--misses tells what failed, --repin moves floors)
	PYTHONPATH=tests $(BIN)/python -m corpus.evaluate $(ARGS)

month: $(TOOLS) ## let a simulated month of sixty sources pass and print what came of it (RAREWATCH_MONTH_DAYS=7 for a week)
	PYTHONPATH=src:tests $(BIN)/python -m month

chaos: $(TOOLS) ## 10,000 alerts to receivers that fail by chance, the service killed every few seconds (ARGS="--alerts 500 --seconds 20")
	$(BIN)/python tests/chaos/run.py $(ARGS)

bench: $(TOOLS) ## measure against the floors in benchmarks/, some minutes
	$(BIN)/python benchmarks/run.py

clean: ## remove what was installed, built and cached; var/ with the archive stays
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage*
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(PROGRAM): pyproject.toml tools/make_venv.sh
	@sh tools/make_venv.sh $(VENV)
	@touch $@

$(TOOLS): pyproject.toml tools/make_venv.sh
	@sh tools/make_venv.sh $(VENV) dev
	@touch $(PROGRAM) $@
