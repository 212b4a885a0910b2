# Each command is one of the launcher's (launcher/, standard library only): any Python from 3.11 on
# starts it, and it makes the environment that the rest runs in.
PYTHON ?= python3
LAUNCH = $(PYTHON) -m launcher --follow-parent

.PHONY: help demo demo-saleor services test test-sandbox test-saleor test-reliability lint format words clean

help:
	@$(PYTHON) -m launcher --help

# The small shop of sandbox/ on its own PostgreSQL, Valkey and worker.
demo:
	@$(LAUNCH) demo

# The same with the real Saleor at $SALEOR_ROOT, ../saleor or ~/saleor.
demo-saleor:
	@$(LAUNCH) demo-saleor

# Only the servers; prints what to export for running things by hand.
services:
	@$(LAUNCH) services

# ARGS go to pytest in place of the whole suite: make test-sandbox ARGS="tests/pricing -k excludes"
test:
	@$(LAUNCH) test -- $(ARGS)

test-sandbox:
	@$(LAUNCH) test --on sandbox -- $(ARGS)

test-saleor:
	@$(LAUNCH) test --on saleor -- $(ARGS)

# Kills, outages and load at length; takes minutes and wants the machine for itself.
test-reliability:
	@$(LAUNCH) test-reliability -- $(ARGS)

lint:
	@$(LAUNCH) lint

format:
	@$(LAUNCH) format

# The sentences of the pages: collected into locale/, compiled, and what is untranslated.
words:
	@$(LAUNCH) words

clean:
	@$(LAUNCH) clean
