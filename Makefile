# Everything about Windtunnel in two commands: `make run` and `make test`. `make help` lists the rest.
PY := .venv/bin/python
SHELL := /bin/sh
JOBS ?= 2
PYTEST_ARGS ?=
BENCH_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run setup check test bench bundle screenshots format clean setup-run

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: setup-run ## Open the app on a running design (or simulate it in the terminal)
	@$(PY) packaging/run.py

setup-run:
	@sh packaging/setup.sh run

setup: ## Install everything that development needs into .venv
	@sh packaging/setup.sh dev

check: setup ## Formatting, lint, architecture, types
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	.venv/bin/lint-imports
	$(PY) -m mypy

# A worker that dies ends the run: a new one in its place would wait for ever (pytest-xdist's issue 1378).
test: check ## All checks and all tests
	$(PY) -m pytest -n $(JOBS) --dist loadfile --max-worker-restart 0 $(PYTEST_ARGS)

format: setup ## Format the sources and apply the safe fixes
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: setup ## Measure speed and memory; BENCH_ARGS=--write keeps the table in the README
	@$(PY) -m tests.bench $(BENCH_ARGS)

bundle: setup ## Make the frozen application in dist/
	@$(PY) packaging/bundle.py

screenshots: setup ## Make the pictures of the README from the real application
	@$(PY) packaging/screenshots.py

clean: ## Remove everything that can be made again
	rm -rf build dist .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis \
	    engine/sim/lane/_compiled *.egg-info
