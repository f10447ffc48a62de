# Everything a developer needs is one word. Both sets of packages live in .venv.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check bench soak assets

.venv/run: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -r requirements.txt
	touch $@

.venv/dev: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -r requirements-dev.txt
	touch $@ .venv/run

run: .venv/run
	$(BIN)/streamlit run app.py

test: .venv/dev
	$(BIN)/pytest

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_layers.py tests/test_text.py tests/test_docs.py
	$(BIN)/python tests/audit.py

bench: .venv/dev
	$(BIN)/python -m model bench
	$(BIN)/python tests/bench_accuracy.py
	$(BIN)/python tests/bench_browser.py
	$(BIN)/python tests/bench_concepts.py
	$(BIN)/python tests/bench_film.py
	$(BIN)/python tests/bench_classify.py
	$(BIN)/python tests/bench_pictures.py
	$(BIN)/python tests/bench_store.py
	$(BIN)/python tests/bench_follow.py
	$(BIN)/python tests/bench_shutdown.py

soak: .venv/dev
	$(BIN)/python tests/load_class.py
	$(BIN)/python tests/soak.py
	$(BIN)/python tests/soak_kill.py

assets: .venv/dev
	$(BIN)/python -m model build-assets
