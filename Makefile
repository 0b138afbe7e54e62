SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
python := .venv/bin/python

.PHONY: help
help:
	@echo 'To use it'
	@echo '  make run          start it with the sample deals; the first time also set it up (PORT=8000 HOST=127.0.0.1)'
	@echo '  make reset        remove the local database and the uploaded files (FORCE=1: without asking)'
	@echo
	@echo 'To work on it'
	@echo '  make test         the checks, then all tests: on SQLite, on PostgreSQL, in Chromium'
	@echo '  make check        lint, format, types, templates, missing migrations, architecture: under a minute'
	@echo '  make bench        measure it with very many deals, on both databases'
	@echo '  make messages     collect the texts to translate, and compile the translations'
	@echo '  make screenshots  take the pictures of docs/ anew'
	@echo '  make setup        lay out .venv/ and what the tests need, and no more'
	@echo '  make lock         choose the exact package versions anew (UPGRADE=1: the newest)'
	@echo
	@echo 'DATABASE_URL chooses the database (default: sqlite, in var/dealtracker.sqlite3).'

.PHONY: run
run:
	@.ci/setup run
	@TRIAL=1 exec $(python) manage.py start

.PHONY: setup
setup:
	@.ci/setup test

.PHONY: test
test: setup
	@.ci/test

.PHONY: check
check: setup
	@.ci/check

.PHONY: bench
bench: setup
	@if .ci/postgres where >/dev/null; then \
	    exec .ci/postgres run bash -c 'TRIAL=1 BENCH_POSTGRES_URL=$$DATABASE_URL exec env -u DATABASE_URL $(python) manage.py bench'; \
	else \
	    echo 'PostgreSQL is not installed: SQLite only.'; \
	    TRIAL=1 exec env -u DATABASE_URL -u BENCH_POSTGRES_URL $(python) manage.py bench; \
	fi

.PHONY: reset
reset:
	@files=$$(ls -d var/dealtracker.sqlite3* var/media 2>/dev/null); \
	if [ -z "$$files" ]; then echo 'There is nothing to remove.'; exit 0; fi; \
	echo 'This removes for good:'; echo "$$files" | sed 's/^/  /'; \
	if [ "$(FORCE)" != 1 ]; then \
	    read -r -p 'Type yes to go on: ' answer || { echo; echo 'Nothing was removed (FORCE=1 goes on without asking).'; exit 1; }; \
	    [ "$$answer" = yes ] || { echo 'Nothing was removed.'; exit 1; }; \
	fi; \
	rm -rf var/dealtracker.sqlite3* var/media; echo 'Removed. The next "make run" begins anew.'

.PHONY: messages
messages: setup
	@command -v msgfmt >/dev/null || { echo 'gettext is missing. To have it:  sudo apt-get install -y --no-install-recommends gettext'; exit 1; }
	@TRIAL=1 $(python) manage.py makemessages --locale vi --no-wrap --no-obsolete --add-location file --ignore .venv --ignore var --ignore staticfiles --ignore tests
	@cd deals/locale/vi && msgcat --use-first --no-wrap --output-file LC_MESSAGES/django.po LC_MESSAGES/django.po extra.po
	@sed -i '/^"\(POT-Creation-Date\|Report-Msgid-Bugs-To\): /d' deals/locale/vi/LC_MESSAGES/django.po # else each run would change it
	@TRIAL=1 $(python) manage.py compilemessages --locale vi --ignore .venv --ignore var

.PHONY: screenshots
screenshots: setup
	@TRIAL=1 $(python) -m pytest -m browser tests/browser/screenshots.py

.PHONY: lock
lock: setup
	@.ci/lock $(if $(UPGRADE),--upgrade)
