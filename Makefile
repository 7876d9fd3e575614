# One command each: `make demo` sets everything up and shows the main job, `make test` passes all tests.

PYTHON ?= $(shell command -v python3.12 || command -v python3)
VENV   := .venv
BASE   := .venv-base
BIN    := $(VENV)/bin
JOBS   ?= 2
PROGRAMS := program-luacheck program-tmux program-emacs

.PHONY: demo setup test check lua unit base soak docs profiles pictures format clean font-emoji $(PROGRAMS)

demo: setup  ## a rehearsed team on a sample workspace
	$(BIN)/kin demo

setup: $(VENV)/.made

$(VENV)/.made: pyproject.toml
	$(call environment,$(VENV),agents,dev)
	touch $@

$(BASE)/.made: pyproject.toml
	$(call environment,$(BASE),dev)
	touch $@

test: check base unit  ## what CI runs

check: setup lua vscode-extension/node_modules/.made  ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd vscode-extension && npm run --silent check

vscode-extension/node_modules/.made: vscode-extension/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing. Install Node.js 20, for example: apt-get install nodejs npm"; exit 1; }
	cd vscode-extension && npm ci --no-audit --no-fund
	touch $@

lua: tools/node_modules/.made program-luacheck  ## style of the Neovim plugin
	tools/node_modules/.bin/stylua --check neovim
	cd neovim && luacheck --quiet .

tools/node_modules/.made: tools/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing. Install Node.js 20, for example: apt-get install nodejs npm"; exit 1; }
	cd tools && npm ci --no-audit --no-fund
	touch $@

# Programs of the system, of Debian's packages: installed here by root, else named with what installs them.
program-luacheck: PACKAGE := lua-check
program-tmux: PACKAGE := tmux
program-emacs: PACKAGE := emacs-nox elpa-eglot elpa-markdown-mode
$(PROGRAMS): program-%:
	@command -v $* >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq \
	  && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(PACKAGE) >/dev/null; } || true
	@command -v $* >/dev/null || { echo "$* is missing. Install it: apt-get install $(PACKAGE)"; exit 1; }

# VS Code's windows show marks as emoji, which a browser takes from a font of the system.
font-emoji: EMOJI := fc-list :charset=1f534 2>/dev/null | grep -q .
font-emoji:
	@$(EMOJI) || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq \
	  && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends fontconfig fonts-noto-color-emoji >/dev/null; } || true
	@$(EMOJI) || { echo "A font with emoji is missing. Install it: apt-get install fontconfig fonts-noto-color-emoji"; exit 1; }

# What the layers let nobody below the adapters import need not be tried twice (lint-imports holds that).
base: $(BASE)/.made program-tmux program-emacs  ## without the extra `agents`
	$(BASE)/bin/python -m pytest -q -n $(JOBS) -m "not agents and not soak" --durations=15 --ignore=tests/e2e/vscode \
	  $(addprefix --ignore=tests/,domain tokens engine lsp content contract e2e/test_killed_landing.py e2e/emacs)

unit: setup vscode-extension/node_modules/.made program-tmux program-emacs font-emoji
	rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n $(JOBS) --durations=30 --cov --cov-report= -m "not soak"
	@for part in domain tokens engine; do \
	  echo "coverage of $$part/:" && \
	  $(BIN)/coverage report --include="server/kinos/$$part/*" --fail-under=95 --skip-covered || exit 1; done

soak: setup  ## the long versions
	KINOS_EXAMPLES=6000 $(BIN)/python -m pytest -q --timeout 3600 tests/tokens
	KINOS_EXAMPLES=500 $(BIN)/python -m pytest -q --timeout 3600 tests/engine/test_interleaving.py
	KINOS_DOCUMENTS=1000 $(BIN)/python -m pytest -q --timeout 3600 tests/e2e/lsp/test_many_documents.py
	KINOS_MESSAGES=100000 $(BIN)/python -m pytest -q --timeout 7200 tests/e2e/lsp/test_fuzz.py
	KINOS_ROUNDS=25 $(BIN)/python -m pytest -s --timeout 3600 tests/e2e/test_stop.py
	$(BIN)/python -m pytest --timeout 3600 -m soak

bench: setup  ## figures, as ratios in one run
	$(BIN)/python bench/run.py

vsix: setup vscode-extension/node_modules/.made  ## the VS Code extension as one file, with the server's wheel in it
	cd vscode-extension && npm run --silent package

docs: setup  ## pages, schemas and types made from the code
	$(BIN)/python docs/make.py

pictures: setup vscode-extension/node_modules/.made font-emoji  ## those in the VS Code extension's README, taken anew
	KINOS_PICTURES=vscode-extension/media $(BIN)/python -m pytest -q tests/e2e/vscode/test_pictures.py -k real_thing

profiles: setup  ## what real editors say they can, recorded anew for the tests
	PYTHONPATH=tests $(BIN)/python -m e2e.lsp.record

format: setup tools/node_modules/.made
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	tools/node_modules/.bin/stylua neovim

clean:
	rm -rf $(VENV) $(BASE) vscode-extension/node_modules tools/node_modules

# A virtual environment with KinOS and the extras given. uv is ten times as fast as pip; where it fails, pip does it.
define environment
	@command -v "$(PYTHON)" >/dev/null || { echo "Python 3.12 is missing. $(ADVICE)"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 12))' || { echo "$(PYTHON) is not Python 3.12. $(ADVICE)"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no module venv. $(ADVICE)"; exit 1; }
	"$(PYTHON)" -m venv $(1)
	$(1)/bin/python -m pip install --quiet uv
	VIRTUAL_ENV=$(1) $(1)/bin/uv pip install --quiet -e ".[$(2)$(if $(3),$(comma)$(3))]" || $(1)/bin/python -m pip install --quiet -e ".[$(2)$(if $(3),$(comma)$(3))]"
endef
comma := ,
ADVICE := Install it: apt-get install python3.12 python3.12-venv; where there is no such package: pyenv install 3.12, which this folder then uses
