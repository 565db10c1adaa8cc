"""Fit the maps from our signals to the scales of the Perspective API."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

START, END = "<!-- agreement: written by manage.py fit_attributes -->", "<!-- end of agreement -->"
PAGE = "docs/migrate/perspective.md"


class Command(BaseCommand):
    """`manage.py fit_attributes perspective_2k/data.jsonl.gz`."""

    help = "Fit attribute_maps.json to real Perspective scores and write the agreement to its page."
    requires_system_checks = []  # reaches no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the labelled file: gzipped JSON Lines with `text` and `labels.perspective_*`."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="print the table, write nothing")

    def handle(self, *_: Any, **options: Any) -> None:
        """Fit the maps, measure their agreement, write both."""
        from moderation.integrations.perspective.attributes import MAPS_FILE
        from moderation.integrations.perspective.fit import agreement, fit, read_scored
        from moderation.platform.errors import Invalid

        try:
            texts, real = read_scored(options["file"])
        except Invalid as error:
            raise CommandError(str(error)) from None
        document = fit(texts, real)
        agreements = agreement(texts, real)
        table = self._table(document, agreements)
        self.stdout.write(table)
        if options["dry_run"]:
            return
        MAPS_FILE.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        page = settings.BASE_DIR / PAGE
        before, rest = page.read_text(encoding="utf-8").split(START)
        after = rest.split(END)[1]
        page.write_text(f"{before}{START}\n\n{table}\n\n{END}{after}", encoding="utf-8")

    def _table(self, document: dict[str, Any], agreements: list[Any]) -> str:
        lines = [
            f"Classifier `{document['classifier']}`; {document['fitted_on']} texts that it never "
            "saw, each mapped by a fit to the other half of them.",
            "",
            "| attribute | Spearman (95 %) | mean difference | ≥ 0.7: theirs, ours, both "
            "| ≥ 0.8 | ≥ 0.9 |",
            "|---|---|---|---|---|---|",
        ]
        for attribute in agreements:
            low, high = attribute.interval
            cells = [
                f"`{attribute.name}`",
                f"{attribute.correlation:.2f} ({low:.2f}-{high:.2f})",
                f"{attribute.error:.2f}",
                *(_shares(*shares) for shares in attribute.at.values()),
            ]
            lines.append(f"| {' | '.join(cells)} |")
        return "\n".join(lines)


def _shares(theirs: float, ours: float, both: float | None) -> str:
    share = "–" if both is None else f"{both:.0%}"
    return f"{theirs:.1%}, {ours:.1%}, {share}"
