# make demo: the whole line on the sample that ships; make test: the tests. Both install what they need into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check install install-dev format bench wheelhouse clean

demo: install
	rm -rf demo
	$(BIN)/onething analyze event_logs/synthetic/sample/sample.csv.gz --out demo

test: install-dev
	$(BIN)/python -m pytest -q -n auto --dist loadfile --durations 25

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(VENV)/.installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

# Everything a machine without internet needs: carry the folder over, then
# python -m pip install --no-index --find-links wheelhouse onething
wheelhouse: install
	rm -rf wheelhouse
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --wheel-dir wheelhouse -r requirements.txt
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir wheelhouse .

bench: install-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	$(BIN)/python benchmarks/reading.py
	$(BIN)/python benchmarks/questions.py
	$(BIN)/python benchmarks/simulation.py
	$(BIN)/python benchmarks/validity.py
	$(BIN)/python benchmarks/diagrams.py

clean:
	rm -rf $(VENV) demo wheelhouse dist .pytest_cache .mypy_cache .ruff_cache
