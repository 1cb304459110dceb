"""How a version of a question in a bank is named: `namespace/id@version`."""

import re
from typing import Annotated, Final

import msgspec
from msgspec import Meta

_NAMESPACE: Final = "[a-z0-9][a-z0-9._-]{0,99}"
_ENTRY_ID: Final = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_NUMBER: Final = "[1-9][0-9]{0,8}"
_WHOLE: Final = re.compile(f"({_NAMESPACE})/({_ENTRY_ID})@({_NUMBER})")

NAMESPACE: Final = f"^{_NAMESPACE}$(?!\\n)"
NEW_NAMESPACE: Final = f"^(?!similar$){_NAMESPACE}$(?!\\n)"
"""`/v1/banks/similar` is taken."""
ENTRY_ID: Final = f"^{_ENTRY_ID}$(?!\\n)"

BankRef = Annotated[str, Meta(pattern=f"^{_NAMESPACE}/{_ENTRY_ID}@{_NUMBER}$(?!\\n)", max_length=220)]


class Reference(msgspec.Struct, frozen=True, order=True):
    """A version of an entry. Two banks may hold the same id: the namespace tells them apart."""

    namespace: str
    entry_id: str
    number: int

    def __str__(self) -> str:
        return f"{self.namespace}/{self.entry_id}@{self.number}"

    @property
    def entry(self) -> tuple[str, str]:
        """The entry in all its versions: namespace and id."""
        return self.namespace, self.entry_id

    def at(self, number: int) -> "Reference":
        """Another version of the same entry."""
        return msgspec.structs.replace(self, number=number)


def reference(written: str) -> Reference | None:
    """The reference that a text is, None for any other text."""
    found = _WHOLE.fullmatch(written)
    return None if found is None else Reference(found[1], found[2], int(found[3]))
