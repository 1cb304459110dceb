"""The five departments of the story, and what each brings to the study. The company makes software that writes invoices."""

from typing import Final

import msgspec

COMPANY: Final = "Pennant Invoices"


class Side(msgspec.Struct, frozen=True):
    """A department: its people, the lead first, and its context cards."""

    name: str
    people: tuple[str, ...]
    pressure: str
    signal: str
    learning: str


SALES: Final = Side(
    "Sales",
    (
        "Tom Adeyemi",
        "Ida Brandt",
        "Carlos Vega",
        "Hanna Laine",
        "Piotr Zielinski",
        "Ruth Okafor",
        "Ben Castellan",
        "Yuki Mori",
        "Sofia Ricci",
        "Dan Whitaker",
        "Amira Haddad",
        "Lars Holm",
    ),
    pressure="Five weeks to go, at 61 % of target",
    signal="Prospects ask how exports compare before they ask the price",
    learning="What would move a second company to us",
)
MARKETING: Final = Side(
    "Marketing",
    ("Nora Lindqvist", "Emil Fischer", "Zoe Papadaki", "Victor Osei", "Lucia Moretti"),
    pressure="The campaign must be written by Friday",
    signal="“Accountant-ready” is the most clicked word we have",
    learning="Which words customers use for what we do",
)
SUPPORT: Final = Side(
    "Customer Success & Support",
    ("Lena Novak", "Samuel Boateng", "Mei Tanaka", "Oscar Nilsson"),
    pressure="Every month-end doubles the queue",
    signal="“The totals do not match” leads our top ten, again",
    learning="What people do before they write to us",
)
PRODUCT: Final = Side(
    "Product",
    ("Petra Kovac", "Mira Sandberg", "Jonas Weber"),
    pressure="Two bets for the quarter, room for one",
    signal="Usage of exports is flat while complaints rise",
    learning="How a month-end really goes",
)
ENGINEERING: Final = Side(
    "Engineering",
    ("Ravi Menon", "Klara Dvorak"),
    pressure="The export is the oldest code we run",
    signal="One export in nine is run a second time within the hour",
    learning="What happens to a file after it leaves us",
)

SIDES: Final = (SALES, MARKETING, SUPPORT, PRODUCT, ENGINEERING)
OWNER: Final = PRODUCT.people[0]
RESEARCHER: Final = PRODUCT.people[1]


def mail_address(name: str) -> str:
    """An address that belongs to nobody (RFC 2606)."""
    return f"{name.lower().replace(' ', '.')}@example.com"


def short(name: str) -> str:
    """The name of a department where there is little room."""
    return name.removeprefix("Customer Success & ")
