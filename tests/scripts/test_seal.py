"""The canonical form under a seal: what was sealed before keeps its bytes, whatever a script can say since."""

import msgspec

from crossview.scripts.seal import SealedContent, canonical, seal

KEPT = (
    b'{"left_out":[],"picks":[],"script":{"format":"crossview-script/1","front_matter":"","language":"en",'
    b'"sections":[{"heading":"Questions","items":[{"kind":"question","layout":{"style":"bullet"},"text":"Why?"}],"kind":"core"}],'
    b'"session_minutes":null,"title":"Exports","title_level":1,"title_quoted":false},"settings":{}}'
)
SHA256 = "f49b5fbcc0458c31c8da6b8f7ea785cc8fcf87cd5854a04f6e51ecd463d205c5"


def test_content_that_was_sealed_before_questions_came_from_banks_keeps_its_bytes_and_its_hash() -> None:
    content = msgspec.json.decode(KEPT, type=SealedContent)

    assert canonical(content) == KEPT
    assert seal(KEPT).hex() == SHA256


def test_reference_to_a_bank_is_under_the_seal() -> None:
    said = KEPT.replace(b'{"kind":"question"', b'{"bank_ref":"month-end/why@2","kind":"question"')
    content = msgspec.json.decode(said, type=SealedContent)

    assert canonical(content) == said
    assert seal(said) != seal(KEPT)
