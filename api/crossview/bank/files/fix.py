"""A file with the rewriting of its questions that is always right, and every other byte as it was."""

from codecs import BOM_UTF8
from datetime import date

import msgspec

from crossview.bank.files.check import Selected
from crossview.bank.files.entries import QuestionBank
from crossview.bank.files.read import BankFile, read_bank
from crossview.bank.files.suppressions import suppressions
from crossview.bank.wording.lint import rewrite
from crossview.bank.wording.rule import Edit


class Fixed(msgspec.Struct, frozen=True):
    """The text of a file before and after, its bytes after, and how many places were rewritten."""

    before: str
    after: str
    data: bytes
    places: int


def fix(file: BankFile, data: bytes, selected: Selected, today: date) -> Fixed | None:
    """The file with what the selected rules would write instead; None where nothing would change.

    Nothing is rewritten in a file that has a fault, where a finding is meant to be, or where the file writes the words in
    another way than the text has them (escapes, a comment in between). What comes of it is read again, and holds only if it
    is the same bank with those words.
    """
    meant, faults = suppressions(file)
    if file.faults or faults:
        return None
    spared = {(one.question, code) for one in meant if not one.expired(today) for code in one.codes}
    texts = [entry.text for entry in file.bank.questions]
    edits: list[Edit] = []
    for index, question in enumerate(file.bank.asked()):

        def wanted(code: str, index: int = index) -> bool:
            return selected(code) and (index, code) not in spared

        for edit in reversed(rewrite(question, wanted)):
            start, end = file.span(index, edit.start, edit.end)
            text = texts[index]
            if file.source.text[start:end].split() == text[edit.start : edit.end].split():
                edits.append(Edit(start, end, edit.words))
                texts[index] = text[: edit.start] + edit.words + text[edit.end :]
    after = _edited(file.source.text, edits)
    changed = (BOM_UTF8 if data.startswith(BOM_UTF8) else b"") + after.encode("utf-8")
    again = read_bank(file.name, changed)
    if not edits or again.faults or again.bank != _with_texts(file.bank, texts):
        return None
    return Fixed(file.source.text, after, changed, len(edits))


def _edited(text: str, edits: list[Edit]) -> str:
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [text[at : edit.start], edit.words]
        at = edit.end
    return "".join([*pieces, text[at:]])


def _with_texts(bank: QuestionBank, texts: list[str]) -> QuestionBank:
    replace = msgspec.structs.replace
    entries = (replace(entry, text=text) for entry, text in zip(bank.questions, texts, strict=True))
    return replace(bank, questions=tuple(entries))
