# Run these inside the environment that requirements-dev.txt or requirements.lock was installed into.
.PHONY: help check test browser bench lock audit update coverage mutation

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ -/'

check:  ## linter, format, types, and every test that needs no browser
	ruff check .
	ruff format --check .
	mypy retention app.py pages tools
	pytest -m "not browser"

test:  ## every test
	pytest

browser:  ## the tests in a real Chromium or Chrome
	pytest -m browser

bench:  ## the short timings, on smaller stores than the scripts' own default
	python -m benchmarks.bench_pipeline 100000 3
	python -m benchmarks.bench_cltv 100000
	python -m benchmarks.bench_scorecard 100000
	python -m benchmarks.bench_cohorts --customers 100000 --rounds 3
	python -m benchmarks.bench_segments --customers 100000

lock:  ## pin every transitive dependency
	uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 --no-emit-index-url --no-emit-package pip \
	  --custom-compile-command "make lock" requirements-dev.txt --output-file requirements.lock

audit:  ## licences of the lock, and known advisories where a database answers
	python -m tools.licences
	python -m tools.advisories

update:  ## the monthly update: new pins, a new lock, and all checks with it
	python -m tools.update
	$(MAKE) lock UPGRADE=--upgrade
	pip install --quiet -r requirements.lock
	$(MAKE) audit check

coverage:  ## branch coverage of the analysis, without the pages
	pytest -m "not browser" --ignore tests/browser --ignore tests/pages --ignore tests/view \
	  --ignore retention/view --cov --cov-report=term-missing

mutation:  ## mutation testing of money, thresholds, discounts and holdouts: hours
	python -m tools.mutation
