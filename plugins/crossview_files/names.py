"""Names of files that are safe on every system, whatever the title is."""

import hashlib
import re
import unicodedata
from typing import Final

LONGEST: Final = 100
"""Bytes of UTF-8 in one name. File systems allow 255; a path has several names, and some tools add to them."""

# What Windows takes for a device, with any extension.
RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\..*)?", re.IGNORECASE)
PLAIN: Final = re.compile(r"\w([\w .-]*[\w-])?")


def is_plain(name: str) -> bool:
    """Whether a name means one folder and nothing else: no path, no hidden file, no device, nothing invisible."""
    return (
        PLAIN.fullmatch(name) is not None
        and RESERVED.fullmatch(name) is None
        and name == unicodedata.normalize("NFC", name)
        and len(name.encode()) <= LONGEST
    )


def mark(object_id: str) -> str:
    """A short name of an object, the same for ever; it tells apart two objects of one title."""
    return hashlib.sha256(object_id.encode()).hexdigest()[:10]


def titled(title: str, object_id: str, before: str = "") -> str:
    """A name that people recognise and that belongs to this object alone: `<before><title>-<mark>`."""
    ending = f"-{mark(object_id)}"
    words = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", title).lower()).strip("-")
    room = LONGEST - len(before.encode()) - len(ending)
    fitting = words.encode()[:room].decode("utf-8", "ignore").strip("-")
    return f"{before}{fitting or 'untitled'}{ending}"


def belongs_to(name: str, object_id: str) -> bool:
    """Whether `titled` made this name for the object, under whatever title it had then."""
    return name.endswith(f"-{mark(object_id)}")
