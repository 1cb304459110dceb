"""A folder that cannot be left: everything is opened from its parent's descriptor, and no link is followed.

Paths are never joined and opened as text, so a link put in place between a check and its use leads nowhere either.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from crossview.plugin import GiveUp
from crossview_files.names import belongs_to

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# A pipe under the name of a file must not make the reader wait.
_OLD_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


class Folder:
    """An open folder. Names are single names, as `names.titled` makes them."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def at(cls, path: Path) -> "Folder":
        """Open the operator's root, made when it is missing; it may be a link, what is below it may not."""
        path.mkdir(parents=True, exist_ok=True)
        return cls(os.open(path, _FOLDER))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def inside(self, name: str) -> "Folder":
        """Open a folder in this one, made when it is missing. Raises `GiveUp` where something else has its name."""
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=self._descriptor)
        try:
            return Folder(os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=self._descriptor))
        except OSError as error:
            if error.errno in (errno.ENOTDIR, errno.ELOOP):
                raise GiveUp(f"{name} is not a folder but a file or a link") from error
            raise

    def names(self) -> list[str]:
        """What the folder holds, sorted."""
        return sorted(os.listdir(self._descriptor))  # noqa: PTH208 - pathlib knows no descriptors

    def rename(self, old: str, new: str) -> None:
        """Give something in this folder another name."""
        os.rename(old, new, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def bring_along(self, object_id: str, name: str) -> None:
        """Rename what belongs to the object to `name`, so that a new title or day leaves no stale folder.

        The mark in the name finds it, whether or not the receipt of an earlier delivery was stored.
        """
        present = self.names()
        for former in present:
            if belongs_to(former, object_id) and name not in present:
                self.rename(former, name)
                return

    def read(self, name: str) -> bytes | None:
        """A file's content; None where there is none, or something else than a file."""
        try:
            descriptor = os.open(name, _OLD_FILE, dir_fd=self._descriptor)
        except OSError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            return file.read()

    def write(self, name: str, content: bytes, passing: str) -> None:
        """Put a file in place as a whole or not at all, and on the disk before returning.

        `passing` names the file until it is whole. A writer that was killed leaves it; its next attempt, which uses the
        same name, takes it away.
        """
        descriptor = os.open(passing, _NEW_FILE, 0o666, dir_fd=self._descriptor)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(passing, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        os.fsync(self._descriptor)
