# Everything a newcomer needs: `make demo` and `make test`. Each target sets up what it needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell tools/find-python)
VENV := .venv
BIN := $(VENV)/bin
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy

.PHONY: help setup demo test check lock bench bench-web manual sbom simulate

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ready  ## environment in .venv, with .venv/bin/eachchild

$(VENV)/.ready: requirements/dev.txt pyproject.toml package.json package-lock.json tools/fetch-fonts
	@tools/setup $(PYTHON) $(VENV)
	@touch $@

demo: setup  ## the main job: two audits on embedded defaults, a public copy of each, and the platform
	@$(BIN)/eachchild demo --out demo

test: setup  ## all tests
	@tools/need-chromium
	@tools/need-postgres || [ "$$CI" != true ]
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: setup  ## lint, types, import contracts, and that generated docs are current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@EACHCHILD_KIND=test EACHCHILD_DATA=$(VENV)/types $(BIN)/mypy  # reads the settings of the platform
	$(BIN)/lint-imports
	$(BIN)/python tools/reference.py --check

lock:  ## the newest versions that fit, pinned with hashes
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-emit-index-url --generate-hashes --no-header --extra web --upgrade pyproject.toml requirements/dev.in -o requirements/dev.txt
	echo uv | $(BIN)/uv pip compile --universal --python-version 3.11 --no-emit-index-url --generate-hashes --no-header --no-annotate -c requirements/dev.txt - -o requirements/uv.txt
	npm install --package-lock-only --ignore-scripts --no-audit --no-fund

bench: setup  ## timings: an audit of 10 million student-years, predictability, a district from files, other tools
	$(BIN)/eachchild bench audit
	$(BIN)/eachchild bench release
	OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/district.py
	OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/predictability.py
	bench/peers/setup
	$(BIN)/python bench/peers/run.py

bench-web: setup  ## timings: the platform with 100 readers on PostgreSQL
	EACHCHILD_POSTGRES_OPTIONS="-c fsync=on" tools/need-postgres $(BIN)/python bench/web.py

manual: setup  ## the pictures of docs/manual.md, taken anew on the way from own files to a public page and a plan
	@tools/need-chromium
	EACHCHILD_PICTURES=docs/pictures/manual $(BIN)/python -m pytest tests/web/test_own_files_journey.py tests/web/test_plan_journey.py -k "(everybody or worked) and sqlite"
	$(BIN)/python tools/palette.py docs/pictures/manual

sbom: setup  ## what the platform is made of, with licences, in sbom.json (CycloneDX)
	$(BIN)/python tools/sbom.py sbom.json

simulate: setup  ## the long studies behind the docs' tables; resumes where it stopped
	nice -n 10 $(BIN)/python -m eachchild.bench.predictability --out docs/data/predictability.csv
	nice -n 10 $(BIN)/python -m eachchild.bench.two_tests --out docs/data/two-tests.csv
	nice -n 10 $(BIN)/python -m eachchild.bench.null --out docs/data/null.csv
	nice -n 10 $(BIN)/python -m eachchild.bench.causes --first 2001 --out docs/data/causes.csv
	nice -n 10 $(BIN)/python -m eachchild.bench.causes --first 3001 --seeds 6 --by-size --out docs/data/causes-by-size.csv
	nice -n 10 $(BIN)/python -m eachchild.bench.progress --out docs/data/progress.csv
	$(BIN)/python tools/reference.py
