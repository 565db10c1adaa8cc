"""axe-core, the accessibility checker: fetched by npm when a test first needs it, never shipped."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import Page

PACKAGE = "axe-core@4.14.1"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """tags => axe.run(document, {
  runOnly: { type: "tag", values: tags }, resultTypes: ["violations"]
}).then((found) =>
  found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(" | ")}`))
"""


@functools.cache
def source() -> str:
    """Return the checker's script: the file that AXE names, else npm's; skip where neither is."""
    if named := os.environ.get("AXE"):
        return Path(named).read_text("utf-8")
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("axe-core is fetched by npm, which is not installed (or set AXE to its file)")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "--silent", "--ignore-scripts", PACKAGE]
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=180, check=False)
        packed = next(Path(folder).glob("*.tgz"), None)
        if done.returncode or packed is None:
            pytest.skip(f"npm could not fetch {PACKAGE}: set AXE to a copy of axe.min.js")
        with tarfile.open(packed) as archive:
            member = archive.extractfile("package/axe.min.js")
            assert member is not None
            return member.read().decode()


def violations(page: Page) -> list[str]:
    """Return what of the page breaks WCAG 2.0 to 2.2, levels A and AA, as far as axe can tell."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(source())
    return page.evaluate(RUN, RULES)
