"""Write a file wholly or not at all, and say plainly why a place cannot be written to."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from donhan_gis.errors import OutputError

_CODE_OF_ERRNO = {
    errno.ENOSPC: "documents.disk_full",
    errno.EDQUOT: "documents.disk_full",
    errno.EFBIG: "documents.disk_full",
    errno.ENOENT: "documents.no_folder",
    errno.ENOTDIR: "documents.no_folder",
    errno.EISDIR: "documents.is_folder",
    errno.EROFS: "documents.no_permission",
    errno.ENAMETOOLONG: "documents.bad_name",
    errno.EINVAL: "documents.bad_name",
}


def _fault(path: Path, error: OSError) -> OutputError:
    """Return the sentence for an operating system fault met while writing ``path``."""
    if isinstance(error, PermissionError):
        # Windows refuses to replace a file that Excel or a PDF reader holds open.
        code = "documents.file_open" if path.is_file() else "documents.no_permission"
    else:
        code = _CODE_OF_ERRNO.get(error.errno or 0, "documents.write_failed")
    return OutputError(code, field="path", path=path.name, folder=path.parent, reason=error.strerror or str(error))


def _refuse_open_file(path: Path) -> None:
    """Refuse a file that Excel or LibreOffice has open, or that its owner made read-only.

    Only Windows would refuse the replacement; elsewhere the office program would later save its old copy over it.
    """
    marks = (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#"))
    if any(mark.exists() for mark in marks) or (path.is_file() and not os.access(path, os.W_OK)):
        raise OutputError("documents.file_open", field="path", path=path.name, folder=path.parent, reason="")


def _temporary_beside(path: Path) -> Path:
    handle, name = tempfile.mkstemp(prefix=".donhan-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    umask = os.umask(0)
    os.umask(umask)
    temporary.chmod(0o666 & ~umask)  # mkstemp hides the file from colleagues on a shared folder
    return temporary


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path`` that takes its place when the block ends well, and vanishes when not.

    Raises:
        OutputError: the folder is missing or read-only, the disk is full, or another program holds the file.
    """
    with whole_files([path]) as temporaries:
        yield temporaries[0]


@contextmanager
def whole_files(paths: list[Path]) -> Iterator[list[Path]]:
    """Give a temporary path for each of ``paths``; all of them are put in place at the end, or none.

    Raises:
        OutputError: as :func:`whole_file`.
    """
    temporaries: list[Path] = []
    path = paths[0] if paths else Path()
    try:
        for path in paths:
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            _refuse_open_file(path)
            temporaries.append(_temporary_beside(path))
        yield temporaries
        for path, temporary in zip(paths, temporaries, strict=True):
            temporary.replace(path)
    except OSError as error:
        raise _fault(path, error) from error
    finally:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)
