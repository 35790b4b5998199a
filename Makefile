# `make check` is what CI runs on an installed environment; `.ci/run` sets one up first.
.PHONY: help check lint types contract test test-all fuzz errors bench format

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

check: lint types contract test  ## all that CI checks

lint:  ## ruff: rules and format
	ruff check .
	ruff format --check .

types:  ## mypy, strict
	mypy

contract:  ## the rooms and the direction between them
	lint-imports

test:  ## the tests of CI
	pytest

test-all:  ## the long plans too
	pytest -m ''

errors:  ## docs/errors.md, anew from the explanations
	python -m kerascli.check.errors_page docs/errors.md

bench:  ## trainings beside plain Keras and a loop by hand, start-up, growth; a table
	python bench/speed.py
	python bench/startup.py

fuzz:  ## 100,000 mutated specs, drawn anew each time
	KERASCLI_FUZZ=100000 KERASCLI_FUZZ_SEED=$$(date +%s)000 pytest -q tests/hostile/test_fuzz.py

format:  ## rewrites the files in ruff's format
	ruff format .
	ruff check --fix .
