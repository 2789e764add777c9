# make chat: install, build the index, open the chat.   make test: install, run the tests.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed

.PHONY: chat test again check eval bench screenshots install clean

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Vraagbaak needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt --editable '.[dev]'
	touch $(STAMP)

install: $(STAMP)

chat: $(STAMP)
	$(BIN)/vraagbaak chat

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not again"

again: $(STAMP)
	$(BIN)/python -m pytest -m again

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

screenshots: $(STAMP)
	$(BIN)/python docs/pictures.py

eval: $(STAMP)
	$(BIN)/vraagbaak eval run --split test

bench: $(STAMP)
	$(BIN)/python benchmarks/speed.py --write
	$(BIN)/python benchmarks/sessions.py --write

clean:
	rm -rf .venv .index .data *.egg-info
