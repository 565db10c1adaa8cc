"""Writes a command's report, even to a standard output that was closed."""

from __future__ import annotations

import os
import sys

from django.core.management.base import OutputWrapper


class ReportNotWrittenError(OSError):
    """Standard output is closed."""

    strerror = "the report could not be written, standard output is closed"


def write_report(stdout: OutputWrapper, text: str) -> None:
    """Write `text` at once; raises ReportNotWrittenError when it cannot be written.

    Otherwise Python reports it at its end, in several lines.
    """
    try:
        stdout.write(text)
        stdout.flush()
    except (BrokenPipeError, AttributeError):  # a closed pipe; no standard output from the start
        if sys.stdout is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise ReportNotWrittenError from None
