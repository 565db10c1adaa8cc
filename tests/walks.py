"""Traces which files a request goes through, in the order in which a reader of the code enters
them.

A function of another file is entered where it is called first; a loop is read once. A file counts
again when the walk comes back to it and goes on into another file from there.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# What every file stands on; entering it tells nothing of the way.
GROUND = (
    "moderation/models/",
    "moderation/platform/",
    "moderation/templatetags/",
    "moderation/migrations/",
    "moderation/apps.py",
    "moderation/celery.py",
    "moderation/settings.py",
    "moderation/web/language.py",
    "classifiers/__init__.py",
    "classifiers/types.py",
)
# Pure packages that are called through one face: one room each.
ROOMS = ("moderation/policy/",)


@dataclass(eq=False)
class Visit:
    """A call: its file, its function, and the calls it makes."""

    room: str
    function: str = ""
    frame: FrameType | None = None
    calls: list[Visit] = field(default_factory=list)

    def entries(self) -> list[tuple[str, str, Visit]]:
        """Return the calls into other rooms, also those made by functions of the same room."""
        found: list[tuple[str, str, Visit]] = []
        for call in self.calls:
            if call.room == self.room:
                found += call.entries()
            else:
                found.append((call.room, call.function, call))
        return found


class Walk:
    """Records calls below `package` in this thread and in those that it starts."""

    def __init__(self, package: str) -> None:
        self._prefix = f"{ROOT}/"
        self._package = package
        self._top = Visit("")
        self._stacks: dict[int, list[Visit]] = {threading.get_ident(): [self._top]}
        self._main = threading.get_ident()
        self._names: dict[CodeType, str] = {}

    def rooms(self) -> list[str]:
        """Return the rooms in the order of the walk."""
        return _flat("", _read_once(self._top))

    def note(self, frame: FrameType, event: str, _: Any) -> None:
        """Record a call or a return (see `sys.setprofile`)."""
        if event == "call":
            if name := self._name(frame.f_code):
                stack = self._stack()
                visit = Visit(name, frame.f_code.co_name, frame)
                stack[-1].calls.append(visit)
                stack.append(visit)
        elif event == "return":
            stack = self._stack()
            if len(stack) > 1 and stack[-1].frame is frame:
                stack.pop().frame = None

    def _stack(self) -> list[Visit]:
        """Return the calls of this thread; another one's belong to where the first one waits."""
        ident = threading.get_ident()
        if ident not in self._stacks:
            self._stacks[ident] = [self._stacks[self._main][-1]]
        return self._stacks[ident]

    def _name(self, code: CodeType) -> str:
        if code not in self._names:
            path = code.co_filename.removeprefix(self._prefix)
            inside = path.startswith(self._package) and not path.startswith(GROUND)
            room = next((room for room in ROOMS if path.startswith(room)), path)
            self._names[code] = room if inside else ""
        return self._names[code]


Reading = tuple[str, list[Any]]


def _read_once(visit: Visit) -> list[Reading]:
    """Return the rooms that a visit enters; each function once, neighbours of one room joined."""
    seen: set[tuple[str, str]] = set()
    found: list[Reading] = []
    for room, function, call in visit.entries():
        if (room, function) in seen:
            continue
        seen.add((room, function))
        inner = _read_once(call)
        if found and found[-1][0] == room:
            known = [entered for entered, _ in found[-1][1]]
            found[-1][1].extend(one for one in inner if one[0] not in known)
        else:
            found.append((room, inner))
    return found


def _flat(room: str, entered: list[Reading]) -> list[str]:
    walk: list[str] = []
    for number, (name, inner) in enumerate(entered):
        if number and room:
            walk.append(room)
        walk += [name, *_flat(name, inner)]
    return walk


@contextmanager
def walking(package: str = "moderation/") -> Iterator[Walk]:
    """Record what is called meanwhile."""
    walk = Walk(package)
    former = sys.getprofile()
    threading.setprofile(walk.note)
    sys.setprofile(walk.note)
    try:
        yield walk
    finally:
        sys.setprofile(former)
        threading.setprofile(None)
