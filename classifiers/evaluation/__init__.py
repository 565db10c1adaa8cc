"""Measures how good the classifiers are: the tables of docs/quality.md, `report` for one set."""

from __future__ import annotations

from classifiers.metrics import report

__all__ = ["report"]
