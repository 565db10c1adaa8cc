"""Reads and writes classifier files: arrays in .npz without pickle, a JSON card, SHA-256 sums."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = 1
"""Number of the file format; a bundle of another format is refused."""

CARD = "card.json"
CHECKSUMS = "checksums.json"
MAX_BYTES = 256 * 2**20
"""Largest size of an unpacked array file, in bytes."""

Arrays = dict[str, NDArray[Any]]


class BundleError(Exception):
    """A bundle is missing, damaged, altered or of another format."""


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def pack_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return arrays as a compressed .npz with fixed times: equal arrays give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            content = io.BytesIO()
            np.lib.format.write_array(content, np.asarray(arrays[name]), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.getvalue())
    return buffer.getvalue()


def unpack_arrays(content: bytes) -> Arrays:
    """Read a .npz from bytes without pickle.

    Raises
    ------
    BundleError
        When the bytes are not a .npz, are too large, or hold anything but plain arrays.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                raise BundleError(
                    f"The unpacked array file is larger than {MAX_BYTES // 2**20} MiB."
                )
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (ValueError, OSError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise BundleError(f"The array file cannot be read: {error}") from error


def write_bundle(folder: Path, files: Mapping[str, bytes], card: Mapping[str, Any]) -> str:
    """Write files, card and checksums into a folder; return the bundle's digest."""
    folder.mkdir(parents=True, exist_ok=True)
    full_card = {"format": FORMAT, **card}
    contents = {**files, CARD: (json.dumps(full_card, indent=1) + "\n").encode()}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    checksums = {name: digest_of(content) for name, content in sorted(contents.items())}
    (folder / CHECKSUMS).write_text(json.dumps(checksums, indent=1) + "\n")
    return digest_of(json.dumps(checksums, sort_keys=True).encode())


def read_bundle(folder: Path) -> tuple[dict[str, bytes], dict[str, Any], str]:
    """Read and verify a bundle folder; return its files, its card and its digest.

    Raises
    ------
    BundleError
        When a file is missing or altered, or the bundle has another format.
    """
    try:
        checksums = json.loads((folder / CHECKSUMS).read_text())
        contents = {name: (folder / Path(name).name).read_bytes() for name in checksums}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BundleError(f"No readable classifier bundle in {folder}: {error}") from error
    for name, content in contents.items():
        if digest_of(content) != checksums[name]:
            raise BundleError(f"The checksum of {name} in {folder} is wrong: file altered?")
    if CARD not in contents:
        raise BundleError(f"The bundle in {folder} has no {CARD}.")
    card = json.loads(contents[CARD])
    if card.get("format") != FORMAT:
        raise BundleError(f"The bundle in {folder} has format {card.get('format')}, not {FORMAT}.")
    return contents, card, digest_of(json.dumps(checksums, sort_keys=True).encode())
