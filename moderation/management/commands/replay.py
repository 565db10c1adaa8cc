"""Send comments from a file through the API of a running Moderato and report the results."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from moderation.importing.files import open_import
from moderation.importing.lines import FORMS, NATIVE, format_error, read_line, read_record
from moderation.importing.replay import (
    Client,
    ReplayError,
    fetch_all,
    send,
    wait_until_decided,
)
from moderation.importing.replay_report import build_report, format_report
from moderation.importing.run import read_lines
from moderation.management.output import ReportNotWrittenError, write_report
from moderation.platform.errors import ModerationError


class Command(BaseCommand):
    """`manage.py replay FILE --url http://localhost:8000 --key mk_live_…`.

    Exit status 0: no comment lost and all decided; 1: some lost or undecided; 2: an error.
    """

    help = "Replay comments through the API: rate, time to drain, shares, agreement, losses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file, the service and the load."""
        parser.add_argument("file", help="JSON Lines as for import_comments, plain or gzip")
        parser.add_argument("--url", required=True, help="where Moderato is")
        parser.add_argument("--key", required=True, help="an API key with submit and read")
        parser.add_argument("--format", choices=FORMS, default=NATIVE, dest="form")
        parser.add_argument("--concurrency", type=int, default=8, help="requests at a time")
        parser.add_argument("--batch", type=int, default=1, help="comments to a request (1-1000)")
        parser.add_argument("--rate", type=float, help="at most this many comments a second")
        parser.add_argument("--limit", type=int, help="only this many lines from the start")
        parser.add_argument("--label-field", default="abusive", help="which of `labels` counts")
        parser.add_argument("--wait", type=float, default=600.0, help="seconds for the drain")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        """Send, wait, fetch, report."""
        try:
            complete = self._replay(options)
        except KeyboardInterrupt:
            self._end("Interrupted.")
        except ReportNotWrittenError as error:
            self._end(f"The replay is done, but {error.strerror}.")
        except OSError as error:
            self._end(f"{options['file']}: {error.strerror or error}")
        except (ReplayError, ModerationError) as error:
            self._end(str(error))
        if not complete:
            sys.exit(1)

    def _end(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(2)

    def _replay(self, options: dict[str, Any]) -> bool:
        client = Client(options["url"], options["key"], concurrency=max(1, options["concurrency"]))
        with tqdm(desc="submitted", unit=" comments", disable=None) as bar:
            sent = send(
                client,
                self._records(options),
                batch=min(1000, max(1, options["batch"])),
                rate=options["rate"],
                label=options["label_field"],
                progress=bar.update,
            )
        ids = list(sent.accepted)
        drained_after = wait_until_decided(client, ids, seconds=options["wait"])
        with tqdm(desc="fetched", total=len(ids), unit=" comments", disable=None) as bar:
            comments = fetch_all(client, ids, bar.update)
        report = build_report(sent, comments, drained_after)
        text = json.dumps(report.as_dict(), indent=2) if options["json"] else format_report(report)
        write_report(self.stdout, text)
        return report.complete

    def _records(self, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the good lines; print what is wrong with the others."""
        with open_import(options["file"]) as file:
            lines = enumerate(read_lines(file.stream), start=1)
            for number, raw in islice(lines, options["limit"]):
                if not raw.strip():
                    continue
                try:
                    record = read_record(raw, form=options["form"])
                    read_line(record)
                except ModerationError as error:
                    tqdm.write(f"line {number}: {format_error(error)}", file=sys.stderr)
                    continue
                yield record
