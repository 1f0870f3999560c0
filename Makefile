# `make run` and `make test` need Python 3.11 or newer, with pip, and make; they set up the rest
# in .venv the first time. `make help` lists all commands.

VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= auto

.PHONY: help run test docs bench lock clean
.DEFAULT_GOAL := help

help:  ## list the commands
	@awk -F ':.*##  *' '/^[a-z]+:.*##/ { printf "  make %-6s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/run.stamp  ## train a small model on bundled data and write its report
	@$(BIN)/gradus demo

test: $(VENV)/test.stamp  ## check style and types, run all tests and every example
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/pytest -n $(WORKERS)

docs: $(VENV)/docs.stamp  ## build the documentation into site/
	$(BIN)/zensical build --clean

bench: $(VENV)/test.stamp  ## measure speed
	$(BIN)/python -m benchmarks

clean:  ## remove .venv and everything that was built
	rm -rf $(VENV) build dist site .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Versions that were tested together are in requirements/, one file for each Python; another
# Python takes the newest that pyproject.toml allows.
LOCK = requirements/$$($(BIN)/python -c 'import sys; print("py%d%d" % sys.version_info[:2])').txt
TESTED = $$(test -f $(LOCK) && echo "-c $(LOCK)")
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/run.stamp: pyproject.toml $(wildcard requirements/*.txt)
	@python=$$(sh tools/find-python) && echo "Setting up $(VENV) with $$python (once, some minutes) …" && \
	"$$python" -m venv $(VENV)
	@$(INSTALL) --upgrade 'pip>=25.1'
	@$(INSTALL) -e . $(TESTED)
	@touch $@

$(VENV)/test.stamp $(VENV)/docs.stamp: $(VENV)/%.stamp: $(VENV)/run.stamp
	@echo "Adding what 'make $*' needs …"
	@$(INSTALL) --group $* $(TESTED)
	@touch $@

lock: $(VENV)/test.stamp $(VENV)/docs.stamp  ## write the versions in .venv to requirements/
	$(BIN)/python -m pip freeze --exclude-editable > $(LOCK)
