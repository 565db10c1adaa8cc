# Two commands: `make run` starts everything on this machine, `make test` runs the tests.
# Works with GNU make 3.81 and later; PYTHON=… chooses another Python, PORT=… another port,
# DATA=… another folder for the data, LISTEN=… another address.

SHELL := /bin/sh
PORT ?= 8000
LISTEN ?= 127.0.0.1
DATA ?= var
BIN := .venv/bin
ARGS ?=

# Every pinned package has a wheel for these; the first that can make virtual environments is taken.
SUITABLE := (3, 11) <= sys.version_info < (3, 15)
PYTHON ?= $(shell for python in python3.12 python3.11 python3.13 python3.14 python3 python; do \
	$$python -c 'import sys, ensurepip, venv; sys.exit(not $(SUITABLE))' \
		>/dev/null 2>&1 && { echo $$python; break; }; done)

.PHONY: help run test mutants check format messages chaos bench screenshot lock clean browser

help:
	@echo "make run         start everything: http://localhost:$(PORT) (PORT=8001 for another port)"
	@echo "make test        run the tests, on all cores  ARGS='-k queue' passes options to pytest"
	@echo "make mutants     change the code in small ways: which change does no test notice?"
	@echo "make check       lint, types, import contracts, missing migrations, system checks"
	@echo "make format      put Python and templates into their one form"
	@echo "make messages    collect the sentences to translate (NEW=de begins another language)"
	@echo "make chaos       break the parts under load and count what is lost (SECONDS=60)"
	@echo "make bench       measure, with peers in the same run"
	@echo "make screenshot  take the README's screenshots from a running service"
	@echo "make lock        pin the dependencies anew"
	@echo "make clean       remove what was built; the data under var/ stays"

run: .venv/run.stamp
	@exec $(BIN)/python manage.py up --host $(LISTEN) --port $(PORT) --data $(DATA)

test: .venv/dev.stamp browser
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

mutants: .venv/dev.stamp
	@$(BIN)/python -m tests.mutants $(ARGS)

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --check --lint --quiet templates
	$(BIN)/mypy moderation classifiers
	$(BIN)/lint-imports
	@# Settings such as production has them; these commands reach no server.
	@export SECRET_KEY=only-for-the-system-checks-0123456789-abcdefghijklmnop \
		BASE_URL=https://comments.example.org ALLOWED_HOSTS=comments.example.org \
		DATABASE_URL=postgres://moderato@127.0.0.1:1/moderato REDIS_URL=redis://127.0.0.1:1/0; \
	set -ex; \
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run; \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-$(BIN)/djlint --reformat --quiet templates

# Writes moderation/locale/LANGUAGE/LC_MESSAGES/django.po, and compiles it; commit both files.
NEW ?=
messages: .venv/dev.stamp
	@command -v xgettext >/dev/null 2>&1 && command -v msgfmt >/dev/null 2>&1 || { \
		echo "make messages needs GNU gettext: install it (Debian: apt install gettext; macOS: brew install gettext)." >&2; \
		exit 1; }
	@$(BIN)/python manage.py makemessages $(if $(NEW),--locale $(NEW),--all) \
		--add-location file --no-wrap $(foreach path,.venv var tests docs classifiers *.txt,--ignore '$(path)')
	@if ls moderation/locale/*/LC_MESSAGES/django.po >/dev/null 2>&1; then \
		$(BIN)/python manage.py compilemessages --ignore .venv --ignore var; \
	else echo "All sentences can be collected. No language is begun yet: make messages NEW=de begins one."; fi

SECONDS ?= 60
chaos: .venv/dev.stamp
	@$(BIN)/python -m tests.faults.chaos --seconds $(SECONDS) $(ARGS)

bench: .venv/dev.stamp
	@$(BIN)/python -m tests.bench $(ARGS)

screenshot: .venv/dev.stamp browser
	@$(BIN)/python -m tests.browser.screenshot $(ARGS)

# Chromium for the tests in a browser: fetched where root and apt-get are at hand, else asked for.
browser:
	@if command -v chromium chromium-browser google-chrome >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "· Chromium for the browser tests, with apt-get (once; a minute or two)"; \
		{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
			--no-install-recommends chromium; } </dev/null 2>&1 | tee .venv/chromium.log \
		| while read -r line; do case $$line in \
			"Need to get"*|"Unpacking chromium "*|"Setting up chromium "*) \
				echo "  $$line";; esac; done; \
		command -v chromium >/dev/null 2>&1 \
		|| echo "  could not be installed (.venv/chromium.log says why): browser tests are skipped"; \
	else \
		echo "· No Chromium: the browser tests are skipped; install the package 'chromium' for them"; \
	fi

# The environment is made once and again when the pinned requirements change.
.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Moderato needs Python 3.11 to 3.14 with its venv module: install one (Debian: apt install python3-venv), or name it with make PYTHON=/path/to/python3." >&2; \
		exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(not $(SUITABLE))' || { \
		echo "Moderato needs Python 3.11 to 3.14; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; exit 1; }
	@echo "· Virtual environment in .venv ($$($(PYTHON) --version))"
	@rm -rf .venv && $(PYTHON) -m venv .venv || { \
		rm -rf .venv; \
		echo "The virtual environment .venv cannot be made here: see the line above." >&2; exit 1; }

# Shows a line for each wheel of a megabyte or more instead of pip's pages; warnings stay.
define pip_install
	@echo "· Python packages from $(1) (once; a minute or two)"
	@{ $(BIN)/python -m pip install --progress-bar off --disable-pip-version-check --no-input \
		--require-hashes --only-binary :all: -r $(1) </dev/null || echo failed; } \
	| while read -r line; do case $$line in \
		*".whl ("*" MB)") file=$${line% [(]*}; file=$${file##* }; version=$${file#*-}; \
			echo "  $${file%%-*} $${version%%-*} ($${line##*[(]}";; \
		"Installing collected packages"*) echo "  installing the packages";; \
		failed) exit 1;; esac; done
endef

.venv/run.stamp: requirements.txt | .venv/bin/python
	$(call pip_install,requirements.txt)
	@touch $@

.venv/dev.stamp: requirements-dev.txt | .venv/bin/python
	$(call pip_install,requirements-dev.txt)
	@touch $@

lock: | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
	@$(BIN)/uv pip compile --quiet --no-header --universal --python-version 3.11 \
		--generate-hashes pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --quiet --no-header --universal --python-version 3.11 \
		--generate-hashes pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	@echo "· requirements.txt and requirements-dev.txt are pinned anew; commit both"

clean:
	rm -rf .venv mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache var/static
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
