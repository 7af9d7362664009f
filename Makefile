# Everything that is done with this repository, by a person or by CI. `make` alone lists it.
# Packages come from hash-locked files, once, and again only when a lock changes.

PYTHON ?= python3
WORKSPACE ?= demo-workspace
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
# No source is ever compiled here, so no compiler is needed; each lock is complete, so nothing is resolved.
INSTALL := $(PIP) install --require-hashes --only-binary :all: --no-deps
SUDO = $$([ "$$(id -u)" = 0 ] || command -v sudo)
APT_INSTALL = $(SUDO) apt-get -qq update && $(SUDO) env DEBIAN_FRONTEND=noninteractive \
	apt-get -qq -o Dpkg::Use-Pty=0 install --yes --no-install-recommends >/dev/null

export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help demo serve test fix docs bench lock chromium

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/runtime.stamp ## Make the sample workspace, once, and serve it
	@# The shell outlives an interrupt, so that half a workspace is never taken for a whole one.
	@test -d demo-workspace || { trap : INT TERM; \
		$(BIN)/uptake demo --home demo-workspace || { rm -rf demo-workspace; exit 1; }; }
	@$(BIN)/uptake serve --home demo-workspace $(ARGS)

serve: $(VENV)/runtime.stamp ## Serve a workspace: make serve WORKSPACE=folder
	@$(BIN)/uptake serve --home $(WORKSPACE) $(ARGS)

test: $(VENV)/dev.stamp chromium ## Lint, types, layers, docs and every test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/mkdocs build --strict --quiet
	$(BIN)/pytest --numprocesses logical --maxprocesses 4 --dist loadfile $(ARGS)

fix: $(VENV)/dev.stamp ## Repair what the linter and the formatter can repair
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

docs: $(VENV)/dev.stamp ## Build the documentation into site/
	$(BIN)/mkdocs build --strict --quiet
	@echo "Open site/index.html."

bench: $(VENV)/bench.stamp ## Ask the same questions of Uptake and of its peers, side by side
	$(BIN)/python -m bench $(ARGS)

COMPILE = $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --upgrade --only-binary :all: \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
lock: $(VENV)/lock.stamp ## Renew requirements/*.txt, for every platform and Python that pyproject.toml allows
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) --constraint requirements/runtime.txt --group dev pyproject.toml -o requirements/dev.txt
	$(COMPILE) --constraint requirements/dev.txt --group bench pyproject.toml -o requirements/bench.txt
	$(COMPILE) --group lock -o requirements/lock.txt
	@# django-htmx is wanted for the script it carries, so Django stays out.
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
		| $(COMPILE) --constraint requirements/dev.txt - -o requirements/build.txt \
			$(addprefix --no-emit-package ,django asgiref sqlparse tzdata)

chromium:
	@command -v chromium >/dev/null || { echo "Installing Chromium, for the tests that use the pages."; \
		if command -v apt-get >/dev/null; then $(APT_INSTALL) chromium; \
		else echo "There is no apt-get here: without Chromium those tests are skipped."; fi; }

$(VENV)/made.stamp:
	@command -v $(PYTHON) >/dev/null && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Uptake needs Python 3.11 or later; $(PYTHON) is not. Name another: make PYTHON=python3.12 ..."; exit 1; }
	@# Debian keeps what makes virtual environments in a package of its own.
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
		package=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		echo "$(PYTHON) cannot make virtual environments yet: installing $$package."; \
		command -v apt-get >/dev/null && $(APT_INSTALL) $$package \
			|| { echo "That did not work. Install $$package by hand and run make again."; exit 1; }; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/runtime.stamp: $(VENV)/made.stamp pyproject.toml hatch_build.py requirements/build.txt requirements/runtime.txt
	@echo "Installing Uptake into $(VENV) (650 MB)."
	@$(INSTALL) -r requirements/build.txt -r requirements/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/%.stamp: requirements/%.txt $(VENV)/runtime.stamp
	@echo "Installing $<."
	@$(INSTALL) -r $<
	@touch $@
