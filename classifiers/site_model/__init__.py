"""Learns a site's model: likely_to_reject, from the decisions of the site's moderators.

The model starts from the bundled classifier's signals and adds the site's words. Words are hashed,
so the file holds no reader's words. A few hundred decisions are enough to help; with fewer, the
bundled signals count more. Fitting needs scikit-learn, scoring does not.
"""

from __future__ import annotations

from classifiers.site_model.adaptation import ROW_BITS, SIGNAL, Adaptation, from_bytes, signal_table
from classifiers.site_model.fit import FEWEST, fit, is_worth

__all__ = [
    "FEWEST",
    "ROW_BITS",
    "SIGNAL",
    "Adaptation",
    "fit",
    "from_bytes",
    "is_worth",
    "signal_table",
]
