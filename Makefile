# Two commands: `make run` and `make test`. Both set up whatever is missing by themselves, and so
# does `make bench`, which measures.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VENDOR := node_modules/bootstrap-italia/package.json
CATALOGUE := ptm_participation/translations/it/LC_MESSAGES/messages.mo

.PHONY: run demo test check bench messages migration clean

run: $(VENV)/.ready $(VENDOR) $(CATALOGUE)
	@$(BIN)/ptm init --serve

demo: $(VENV)/.ready $(VENDOR) $(CATALOGUE)
	@$(BIN)/ptm demo --serve

test: $(VENV)/.ready-dev $(VENDOR) $(CATALOGUE)
	@$(BIN)/python -m tests.run

check: $(VENV)/.ready-dev $(VENDOR) $(CATALOGUE)
	@$(BIN)/python -m tests.run --checks

# In part: make bench ENGINE=sqlite SIZES=10000,100000 ONLY=pages; FRESH=1 makes its databases again.
bench: $(VENV)/.ready-dev $(VENDOR) $(CATALOGUE)
	@$(BIN)/python -m bench $(foreach it,$(ENGINE),--engine $(it)) $(if $(SIZES),--sizes $(SIZES)) \
	$(foreach it,$(ONLY),--only $(it)) $(if $(FRESH),--fresh)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: name it with make PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: install it (on Debian: apt install python3-venv)."; rm -rf $(VENV); exit 1; }

$(VENV)/.ready: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what requirements.lock names"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	@echo "Installing what requirements-dev.lock names"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# The design system comes from npm: the system's, else the one that PyPI carries.
$(VENDOR): package-lock.json | $(VENV)/.ready
	@echo "Bringing the design system"
	@if command -v npm >/dev/null; then npm ci --ignore-scripts --no-audit --no-fund --silent; \
	else $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-npm.lock \
	&& $(BIN)/npm ci --ignore-scripts --no-audit --no-fund --silent; fi
	@touch $@

$(CATALOGUE): ptm_participation/translations/it/LC_MESSAGES/messages.po | $(VENV)/.ready
	@$(BIN)/pybabel --quiet compile -d ptm_participation/translations

# Brings the Italian catalogue up to the code; what is new stands there empty, to be translated.
messages: $(VENV)/.ready
	@mkdir -p build
	@$(BIN)/pybabel --quiet extract -F babel.cfg -k _l --no-location --sort-output --omit-header -o build/messages.pot .
	@$(BIN)/pybabel --quiet update -i build/messages.pot -d ptm_participation/translations -l it --no-fuzzy-matching --ignore-obsolete --width 100
	@sed -i -e '1{/^$$/d}' -e '/^"\(Report-Msgid\|POT-Creation\|PO-Revision\|Last-Translator\|Language-Team\|Generated-By\)/d' $(CATALOGUE:.mo=.po)

# Drafts the next migration from the models: make migration TITLE="Add points"
migration: $(VENV)/.ready
	@$(BIN)/python -m migrations.draft "$(TITLE)"

clean:
	rm -rf $(VENV) node_modules build *.egg-info
