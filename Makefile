# Run these inside the environment that requirements-dev.txt or requirements.lock was installed into.
.PHONY: help check test browser bench lock

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ -/'

check:  ## linter, format, types, and every test that needs no browser
	ruff check .
	ruff format --check .
	mypy retention app.py pages
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
	uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
	  --custom-compile-command "make lock" requirements-dev.txt --output-file requirements.lock
