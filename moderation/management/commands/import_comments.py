"""Import comments and their decisions from JSON Lines."""

from __future__ import annotations

import contextlib
import gzip
import sys
import zlib
from argparse import ArgumentParser
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from tqdm import tqdm

from moderation.importing.files import Checkpoint, ImportFile, open_import
from moderation.importing.lines import FORMS, NATIVE
from moderation.importing.run import Importer, read_lines
from moderation.management.output import ReportNotWrittenError, write_report
from moderation.platform.errors import Invalid, ModerationError

# The number of bad lines shown; `--bad FILE` gets all of them.
SHOWN = 100
# A file that begins with this many bad lines and no good line is something else.
HOPELESS = 1000
BATCHES_PER_CHECKPOINT = 10
STOPPED, INCOMPLETE = 1, 2


class Command(BaseCommand):
    """`manage.py import_comments FILE --site SLUG`.

    Exit status 0: all lines imported. 1: all but the bad lines. 2: not finished; run it again.
    """

    help = "Import comments from JSON Lines (docs/import.md); a second run resumes an import."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file, the site and the form of the lines."""
        parser.add_argument("file", help="JSON Lines, plain or gzip; - for standard input")
        parser.add_argument("--site", required=True, help="the site's short name")
        parser.add_argument("--format", choices=FORMS, default=NATIVE, dest="form")
        parser.add_argument("--bad", help="write every bad line's number and reason to this file")

    def handle(self, *_: Any, **options: Any) -> None:
        """Import; an error is one sentence."""
        try:
            bad = self._import(options)
        except KeyboardInterrupt:
            self._end("Interrupted. Run the same command again to resume.")
        except ReportNotWrittenError as error:
            self._end(f"The import is done, but {error.strerror}.")
        except (EOFError, zlib.error, gzip.BadGzipFile):
            self._end("The gzip file is damaged or cut off. The lines before that are imported.")
        except OSError as error:
            self._end(f"{options['file']}: {error.strerror or error}")
        except ModerationError as error:
            self._end(str(error))
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0]
            self._end(f"The database reports: {reason} Run the same command again to resume.")
        if bad:
            sys.exit(STOPPED)

    def _end(self, sentence: str) -> None:
        with contextlib.suppress(OSError):
            self.stderr.write(sentence)
        sys.exit(INCOMPLETE)

    def _import(self, options: dict[str, Any]) -> int:
        """Import and print the counts; return the number of bad lines."""
        from moderation.models import Site

        site = Site.objects.filter(slug=options["site"]).first()
        if site is None:
            raise CommandError(
                f"There is no site “{options['site']}”; make it with create_site.",
                returncode=INCOMPLETE,
            )
        with contextlib.ExitStack() as stack:
            bad_file: IO[str] | None = None
            if options["bad"]:
                bad_file = stack.enter_context(open(options["bad"], "w", encoding="utf-8"))
            importer = Importer(site, self._reporter(bad_file), form=options["form"])
            file = stack.enter_context(open_import(options["file"]))
            checkpoint = Checkpoint(site.slug, options["file"])
            lines = self._read(file, importer, checkpoint)
            counts = importer.finish()
            checkpoint.clear()
        write_report(
            self.stdout,
            f"{lines:,} lines: {counts.stored:,} comments imported, {counts.known:,} already"
            f" there, {counts.bad:,} bad lines skipped.",
        )
        return counts.bad

    def _read(self, file: ImportFile, importer: Importer, checkpoint: Checkpoint) -> int:
        """Read the lines after the last import's checkpoint; return the number of lines."""
        lines, offset = checkpoint.read()
        if lines:
            file.stream.seek(offset)
            self.stderr.write(f"Resuming after line {lines:,}.")
        written = 0
        seekable = checkpoint.path is not None
        with tqdm(
            total=file.size, unit="B", unit_scale=True, unit_divisor=1024, disable=None
        ) as bar:
            for raw in read_lines(file.stream):
                lines += 1
                if not importer.add(lines, raw):
                    continue
                counts = importer.counts
                bar.update(file.bytes_read() - bar.n)
                bar.set_postfix(stored=counts.stored, known=counts.known, bad=counts.bad)
                # A reply that waits for its parent must be read again: no checkpoint after it.
                written += 1
                if seekable and not counts.waiting and written % BATCHES_PER_CHECKPOINT == 0:
                    checkpoint.write(lines, file.stream.tell())
        return lines

    def _reporter(self, bad_file: IO[str] | None) -> Any:
        shown = 0

        def refuse(number: int, reason: str) -> None:
            nonlocal shown
            shown += 1
            if bad_file:
                bad_file.write(f"{number}\t{reason}\n")
            if shown <= SHOWN:
                tqdm.write(f"line {number}: {reason}", file=sys.stderr)
            elif shown == SHOWN + 1 and not bad_file:
                tqdm.write("More bad lines follow; --bad FILE lists them.", file=sys.stderr)
            if number == HOPELESS == shown:
                raise Invalid("None of the first 1,000 lines is valid: see docs/import.md.")

        return refuse
