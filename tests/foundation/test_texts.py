"""Texts in Unicode normalisation form C, and what is too long in that form."""

import msgspec
import pytest

from crossview.foundation.errors import Fault, InvalidInput
from crossview.foundation.texts import Name, composed


class Named(msgspec.Struct, frozen=True):
    name: Name
    days: int = 1


def test_text_is_composed_and_the_rest_is_left_alone() -> None:
    assert composed(Named("Gro\u0308\u00dfe", days=3)) == Named("Gr\u00f6\u00dfe", days=3)


def test_struct_of_composed_texts_is_given_back_itself() -> None:
    new = Named("Größe")

    assert composed(new) is new


def test_text_that_is_too_long_once_it_is_composed_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        composed(Named("\u0958" * 101))

    assert caught.value.faults == (Fault("$.name", "Expected `str` of length <= 200"),)
