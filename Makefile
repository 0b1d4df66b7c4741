# The verbs that people type; each calls what exists. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help start dev stop status logs restart test check docs shell clean

help:    ## list these
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile
start:   ## set up and start everything; Ctrl-C stops it
	./start_system.sh
dev: start
stop:    ## stop a system that runs in another terminal
	./start_system.sh --stop
status:  ## say what runs, and where it answers
	./start_system.sh --status
logs:    ## follow what the processes write
	tail -n 50 -F logs/*.log
restart: ## stop, then start
	./start_system.sh --stop; ./start_system.sh
test:    ## every test and check
	./run_tests.sh
check:   ## the quick checks and the unit tests
	./run_tests.sh --fast
docs:    ## build the documentation and show it on port 8003
	.venv/bin/python -m mkdocs serve --dev-addr 127.0.0.1:8003
shell:   ## a shell with the project's environment
	bash -c 'source .venv/bin/activate && exec "$${SHELL:-bash}"'
clean:   ## remove what was built; data and settings stay
	rm -rf frontend/dist data/docs-site .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
