"""When two texts are the same wording, so that an edit of commas does not cost a question its ballots."""

import hashlib
import unicodedata

_FINAL = ".?!…。？！"


def wording(text: str) -> bytes:
    """The fingerprint of a text's wording: SHA-256 of it without case, runs of blanks and final punctuation, 32 bytes.

    Texts with the same fingerprint differ cosmetically: after Unicode NFC, case folding, white space and final punctuation
    they are equal. Everything else is a substantive edit.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    plain = " ".join(folded.split()).rstrip(_FINAL + " ")
    return hashlib.sha256(plain.encode()).digest()
