"""What goes to standard error, a line each: when, how grave, what, and for refusals and faults which account asked."""

import logging


class Line(logging.Formatter):
    """Names the account by its number: who it is stands in the audit and not in files that others read."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        # Only where it is known already: a line about a fault must not ask the database.
        person = getattr(getattr(record, "request", None), "_cached_user", None)
        if person is None or not person.pk:
            return line
        first, mark, more = line.partition("\n")
        return f"{first} (account {person.pk}){mark}{more}"
