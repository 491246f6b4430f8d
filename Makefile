# The front door. Every target prepares what it needs; a step that is up to date takes no time.

PYTHON ?= python3
PORT_BASE ?=
CUSTOMER ?= nat
ENV ?= prod
VENV := .venv/bin

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
# Byte code is kept: without it every import of aws_cdk compiles for seconds.
unexport PYTHONDONTWRITEBYTECODE
# NAT_NATIONBUILDER_LOG and NAT_CLAUDE_LOG, if set, reach the stand-ins through every target.

CODE := app.py benchmarks config constructs local runtime stacks tests

# npm of the virtual environment, in the folder of the clients.
NPM := cd runtime/web && PATH=$(CURDIR)/$(VENV):$$PATH npm --silent

# What one kind of process installs, at the versions of requirements-dev.txt. Lambda brings boto3 itself.
LOCK_RUNTIME := $(VENV)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
	-c requirements-dev.txt runtime/pyproject.toml
IN_LAMBDA := boto3 botocore s3transfer python-dateutil six urllib3

.PHONY: help prepare up down smoke test soak unit web extension lint format types synth snapshots bench eval openapi publish-api mails pictures slack-manifest lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

prepare: ## virtual environment, packages, Node, CDK command line
	@$(PYTHON) local/prepare.py

up: prepare ## Nat on this machine, until Ctrl-C (PORT_BASE=5000 moves its ports)
	@exec $(VENV)/python -m local up $(if $(PORT_BASE),--port-base $(PORT_BASE))

down: prepare ## stop the Nat that `make up` started here
	@$(VENV)/python -m local down

smoke: prepare ## start apart, sign up, ask, check the answers, stop
	@$(VENV)/python -m local smoke

test: prepare ## every suite: unit (the clients' included), infrastructure, integration, browser
	@$(VENV)/python -m pytest -n auto --no-loadscope-reorder --durations=10

soak: prepare ## the long forms: killed workers, cut connections, random properties; prints figures and SOAK_SEED
	@$(VENV)/python -m pytest tests/soak
	@seed=$${SOAK_SEED:-$$RANDOM}; echo "properties: SOAK_SEED=$$seed"; \
		$(VENV)/python -m pytest tests/unit -m hypothesis --hypothesis-profile=random --hypothesis-seed=$$seed --randomly-seed=$$seed

unit: prepare ## the unit suite alone
	@$(VENV)/python -m pytest tests/unit

extension: prepare ## the Chrome extension of CUSTOMER=nat in ENV=prod, unpacked and packed (APP=https://… where it has no domain)
	@$(VENV)/python -m local.extension --customer $(CUSTOMER) --environment $(ENV) $(if $(APP),--app $(APP)) \
		$(if $(LOGIN),--login $(LOGIN)) $(if $(CUSTOMERS),--customers $(CUSTOMERS))

web: prepare ## build the web app and the extension below runtime/web
	@$(NPM) run build

lint: prepare ## ruff, mypy, Biome and tsc, changing nothing
	@$(VENV)/ruff check $(CODE)
	@$(VENV)/ruff format --check $(CODE)
	@$(VENV)/mypy $(CODE)
	@$(NPM) run lint
	@$(NPM) run types

format: prepare ## formatting and safe fixes of ruff and Biome
	@$(VENV)/ruff check --fix $(CODE)
	@$(VENV)/ruff format $(CODE)
	@$(NPM) run format

types: prepare ## mypy and tsc alone
	@$(VENV)/mypy $(CODE)
	@$(NPM) run types

synth: prepare ## every environment × customer without credentials, with the bundles' sizes
	@$(VENV)/python -m local.synth

snapshots: prepare ## accept the templates as they are now
	@$(VENV)/python -m pytest tests/infrastructure --snapshot-update

bench: prepare ## measure what README's figures come from
	@$(VENV)/python -m benchmarks

eval: prepare ## the evaluation set on the configured model (GROUPS="tag report" for some, ARGS="--seed 7 --runs 3 --threshold 90")
	@$(VENV)/python -m benchmarks.evaluation --failures $(ARGS) $(GROUPS)

openapi: prepare ## describe the HTTP API anew in docs/api/openapi.json and its TypeScript types, and say what would break clients
	@$(VENV)/python -m nat.handlers.description
	@$(NPM) --prefix types run generate

publish-api: prepare ## the same, and promise it to clients from now on (docs/api/published.json)
	@$(VENV)/python -m nat.handlers.description --publish

mails: prepare ## every email of a brand on one page, to look at (CUSTOMER=civic-desk)
	@$(VENV)/python -m local.mails $(CUSTOMER)

pictures: prepare ## take the pictures of README and docs anew
	@$(VENV)/python -m tests.browser.pictures

slack-manifest: prepare ## the manifest of the app at Slack of CUSTOMER=nat in ENV=prod
	@$(VENV)/python -m local.slack_manifest --customer $(CUSTOMER) --environment $(ENV) $(if $(CUSTOMERS),--customers $(CUSTOMERS))

lock: prepare ## lock the newest versions that the .in files allow
	@$(VENV)/uv pip compile --quiet --upgrade --universal --python-version 3.11 requirements.in -o requirements.txt
	@$(VENV)/uv pip compile --quiet --upgrade --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	@$(VENV)/uv pip compile --quiet --upgrade --python-version 3.11 requirements-checkov.in -o requirements-checkov.txt
	@$(LOCK_RUNTIME) $(addprefix --no-emit-package ,$(IN_LAMBDA)) --extra handlers -o runtime/locks/handlers.txt
	@$(LOCK_RUNTIME) $(addprefix --no-emit-package ,$(IN_LAMBDA)) --extra sse -o runtime/locks/sse.txt
	@$(LOCK_RUNTIME) $(addprefix --no-emit-package ,$(IN_LAMBDA)) --extra billing -o runtime/locks/billing.txt
	@$(LOCK_RUNTIME) $(addprefix --no-emit-package ,$(IN_LAMBDA)) --extra slack -o runtime/locks/slack.txt
	@$(LOCK_RUNTIME) $(addprefix --no-emit-package ,$(IN_LAMBDA)) --extra notices -o runtime/locks/notices.txt
	@$(LOCK_RUNTIME) --extra worker -o runtime/locks/worker.txt

clean: ## remove everything that was made here, the state of `make up` included
	@rm -rf .venv node_modules runtime/web/node_modules runtime/web/types/node_modules runtime/web/packages/*/dist cdk.out .local .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
