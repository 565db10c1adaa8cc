"""What becomes of a browser test on a machine without a browser."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

TEST = "import pytest\n@pytest.mark.browser\ndef test_it(chromium):\n    assert chromium\n"


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("1", "1 error")])
def test_without_chromium(tmp_path: Path, ci: str, outcome: str):
    (tmp_path / "test_page.py").write_text(TEST)
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-c", str(settings.BASE_DIR / "pyproject.toml")),
            *("-p", "tests.conftest", f"--rootdir={tmp_path}", str(tmp_path)),
        ],
        cwd=settings.BASE_DIR,
        env={**os.environ, "PATH": str(tmp_path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in ran.stdout, ran.stdout + ran.stderr
    assert "install the package 'chromium'" in ran.stdout
