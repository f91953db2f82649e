# make demo: the whole product with a made-up company, on this machine. make test: everything that must hold.
unexport PYTHONDONTWRITEBYTECODE  # else every process compiles all of it anew
PYTHON ?= python3
BIN = .venv/bin/python
SERVERS = $(BIN) -m config.embedded

.PHONY: demo test check types rules migrations stage screenshots bench lock messages clean

demo:
	@$(PYTHON) scripts/bootstrap.py demo
	@$(PYTHON) scripts/system_packages.py demo
	@exec $(BIN) manage.py run_demo $(if $(PORT),--port $(PORT))

test: export FIELDLOOP_EMBEDDED_FAST = 1
test:
	@$(PYTHON) scripts/bootstrap.py dev
	@$(PYTHON) scripts/system_packages.py test
	$(BIN) manage.py build_frontend
	$(BIN) manage.py messages --compile
	$(MAKE) --no-print-directory --jobs 3 types rules stage
	trap '$(SERVERS) stop' EXIT; $(BIN) -m pytest -n 3 --dist worksteal

check:
	@$(MAKE) --no-print-directory --jobs 3 types rules migrations

types:
	$(BIN) -m mypy .

rules:
	$(BIN) -m ruff check .
	$(BIN) -m ruff format --check .
	.venv/bin/lint-imports
	$(BIN) -m djlint --lint --quiet templates
	$(BIN) -m bandit --quiet --configfile pyproject.toml --recursive .

migrations:
	$(SERVERS) start
	trap '$(SERVERS) stop' EXIT; $(BIN) manage.py makemigrations --check --dry-run

# What each worker would wait for, made while the types are checked: a migrated database, and what pytest compiles.
stage: migrations
	$(SERVERS) start
	trap '$(SERVERS) stop' EXIT; $(BIN) -m tests.template && { $(BIN) -m pytest --collect-only -qq > /dev/null || true; }

screenshots:
	$(BIN) scripts/screenshots.py

bench:
	$(SERVERS) start
	trap '$(SERVERS) stop' EXIT; for script in bench/*.py; do $(BIN) $$script || exit 1; done

# Keeps the versions it can; UPGRADE=--upgrade takes the newest.
COMPILE = .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate $(UPGRADE) pyproject.toml
lock:
	$(BIN) -m pip install --quiet uv
	$(COMPILE) --output-file requirements/production.txt
	$(COMPILE) --extra demo --output-file requirements/demo.txt
	$(COMPILE) --extra demo --extra dev --output-file requirements/dev.txt

messages:
	$(BIN) manage.py messages

clean:
	$(SERVERS) stop
	rm -rf build .run frontend/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
