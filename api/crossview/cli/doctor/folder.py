"""What lies in the data folder: who may read it, and whether there is room left."""

import shutil

from crossview.app import KEY_FILE
from crossview.cli.doctor.findings import Finding, listed, problem, warning, well
from crossview.foundation.settings import Settings

PRIVATE = (KEY_FILE, "passwords.json")
OTHERS = 0o077
SCARCE = 2_000_000_000
"""Free bytes below which somebody should look."""
TIGHT = 200_000_000
"""Free bytes below which PostgreSQL may stop at any moment: it writes its log in files of 16 MB, and keeps dozens."""


def private_files(settings: Settings) -> Finding:
    """The secrets that lie in files are their owner's alone."""
    name = "private files"
    there = [path for file in PRIVATE if (path := settings.data_folder / file).exists()]
    open_ones = [str(path) for path in there if path.stat().st_mode & OTHERS]
    if open_ones:
        return problem(
            name, f"Others than the owner may open {listed(open_ones)}. Run `chmod 600 {' '.join(open_ones)}`."
        )
    if not there:
        return well(name, "No secret lies in the data folder.")
    return well(name, f"Only the owner may open {listed([path.name for path in there])}.")


def disk_space(settings: Settings) -> Finding:
    """There is room in the file system of the data folder."""
    name = "disk space"
    folder = settings.data_folder
    while not folder.exists():
        folder = folder.parent
    space = shutil.disk_usage(folder)
    left = f"{space.free / 1e9:.1f} GB of {space.total / 1e9:.1f} GB are free where the data folder lies"
    if space.free < TIGHT:
        return problem(name, f"{left}. Make room now: a database that cannot write stops.")
    if space.free < SCARCE:
        return warning(name, f"{left}. Make room soon.")
    return well(name, f"{left}.")
