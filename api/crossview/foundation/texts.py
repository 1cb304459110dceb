"""The kinds of text that come in, and how a change names what it leaves alone."""

import unicodedata
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta

from crossview.foundation.errors import misfit

Row = TypeVar("Row", bound=msgspec.Struct)

# A name stands in headings, file names, calendars and mail, so it holds no line break or other control character.
_ONE_LINE = r"^[^\s\u0000-\u001f\u007f-\u009f\u2028\u2029][^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$(?!\n)"

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=_ONE_LINE)]
Title = Annotated[str, Meta(min_length=1, max_length=300, pattern=_ONE_LINE)]
Address = Annotated[
    str, Meta(min_length=3, max_length=254, pattern=r"^[^@\s\u0000-\u001f]+@[^@\s\u0000-\u001f]+$(?!\n)")
]
Prose = Annotated[str, Meta(max_length=4_000)]
Sentence = Annotated[str, Meta(min_length=1, max_length=4_000, pattern=r"\S")]


def composed(new: Row) -> Row:
    """The same struct with each of its texts in Unicode normalisation form C.

    Raises `InvalidInput` for a text that is too long in that form: a sign of one character may become three.
    """
    texts = {name: value for name, value in msgspec.structs.asdict(new).items() if isinstance(value, str)}
    formed = {name: unicodedata.normalize("NFC", text) for name, text in texts.items()}
    if formed == texts:
        return new
    try:
        return msgspec.convert(msgspec.to_builtins(msgspec.structs.replace(new, **formed)), type(new))
    except msgspec.ValidationError as error:
        raise misfit(str(error)) from error


def changed(current: Row, change: msgspec.Struct) -> Row:
    """`current` with the fields that `change` sets; a field that was left out of the body keeps its value.

    What `change` has and `current` has not, such as the place to move to, is left to the caller.
    """
    fields = given(change).items()
    return msgspec.structs.replace(
        current, **{name: value for name, value in fields if name in current.__struct_fields__}
    )


def given(change: msgspec.Struct) -> dict[str, Any]:
    """The fields that a change names, null included."""
    return {name: value for name, value in msgspec.structs.asdict(change).items() if value is not UNSET}
