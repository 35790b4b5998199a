"""What each code means: its page, with a wrong and a right spec."""

from __future__ import annotations

import re

from kerascli.errors import UsageError, did_you_mean
from kerascli.quick_dataclass import dataclass
from kerascli.spec.codes import EXPLANATIONS, all_codes

_FORM = re.compile(
    r"# (?P<code>[a-z0-9-]+)\n\n(?P<text>[^\n]+(?:\n[^\n]+)*)\n"
    r"(?:\nWrong:\n\n```yaml\n(?P<wrong>.*?)```\n\nRight:\n\n```yaml\n(?P<right>.*?)```\n)?",
    re.DOTALL,
)
# Characters of a sentence that a list still shows whole.
_LONG = 160
_SENTENCE = re.compile(r".*?[.!?](?=\s|$)")


@dataclass(frozen=True)
class Explanation:
    """One page.

    Attributes:
        code: The code.
        text: What is wrong, why it matters, how it is mended.
        wrong: A spec that gives the code, or None where no spec can.
        right: The same, mended.
    """

    code: str
    text: str
    wrong: str | None = None
    right: str | None = None

    @property
    def first_sentence(self) -> str:
        """What the code means, in a sentence; of a long one, what stands before its colon."""
        found = _SENTENCE.match(self.text)
        sentence = found[0] if found else self.text
        return sentence if len(sentence) <= _LONG else f"{sentence.partition(': ')[0].rstrip('.')}."

    @property
    def markdown(self) -> str:
        """The page as Markdown, without its title."""
        if self.wrong is None:
            return f"{self.text}\n"
        return f"{self.text}\n\nWrong:\n\n```yaml\n{self.wrong}```\n\nRight:\n\n```yaml\n{self.right}```\n"

    def to_json(self) -> dict[str, str | None]:
        """The page as JSON values."""
        return {"code": self.code, "text": self.text, "wrong": self.wrong, "right": self.right}


def explain(code: str) -> Explanation:
    """The page of a code.

    Raises:
        UsageError: There is no such code.
    """
    codes = all_codes()
    if code not in codes:
        hint = did_you_mean(code, codes) or "'kerascli explain --list' shows all codes"
        raise UsageError(f"no diagnostic has the code '{code}'", code="unknown-code", hint=hint)
    page = (EXPLANATIONS / f"{code}.md").read_text(encoding="utf-8")
    found = _FORM.fullmatch(page)
    if found is None or found["code"] != code:
        raise ValueError(f"the page of '{code}' is not of the form that all have")
    # A paragraph may be broken where its file is wide enough.
    return Explanation(code, " ".join(found["text"].split()), found["wrong"], found["right"])


def explain_all() -> tuple[Explanation, ...]:
    """The pages of all codes, sorted."""
    return tuple(explain(code) for code in all_codes())
