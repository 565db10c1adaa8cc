"""Change the code in small ways and see whether a test notices: `make mutants`.

`[tool.mutmut]` in pyproject.toml names the files. mutmut copies the project to mutants/, and keeps
the results there: a second run goes on where the first one ended.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests.stack import ROOT, Stack

MUTMUT = Path(sys.executable).parent / "mutmut"
UNTRIED = ": not checked"


def main() -> int:
    """Run the mutants on a PostgreSQL and a Redis of their own, and list those that survive."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="mutants to run, such as 'moderation.api.*'")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="run this many")
    options = parser.parse_args()
    with Stack.scratch(durable=False) as stack:
        assert stack.postgres and stack.redis
        environment = os.environ | {
            "DATABASE_URL": stack.postgres.url,
            "REDIS_URL": stack.redis.url,
            "TEST_DATABASE_TEMPLATE": stack.postgres.url.rpartition("/")[2].partition("?")[0],
        }
        command = [str(MUTMUT), "run", "--max-children", str(options.processes), *options.names]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    print("\nMutants that no test noticed (`.venv/bin/mutmut show NAME` shows one):")
    found = subprocess.run(
        [str(MUTMUT), "results"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    print("\n".join(line for line in found.stdout.splitlines() if UNTRIED not in line))
    return code


if __name__ == "__main__":
    sys.exit(main())
