"""Keras's docstrings as plain prose: without fences, links, headings and Python's words for YAML's."""

from __future__ import annotations

import re

_FENCE = re.compile(r"```.*?(```|\Z)", re.DOTALL)
_FORMULA = re.compile(r"\$\$(.*?)\$\$", re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\(\s*[^)]*\)")
_CODE = re.compile(r"(?<!`)`([^`]*)`(?!`)")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_PYTHON_WORDS = {"None": "null", "True": "true", "False": "false"}
# `Args:`, `Example usage:`, `Call arguments:`: what follows is no prose.
_HEADING = re.compile(r"^[A-Z][\w /,-]{0,50}:\s*$")
_NO_PROSE = re.compile(
    r"^(>>>|\.\.\. |- |\* |\d+\. |#|\||References?\b|Arguments|Note: each Keras Application|Note on numerical)"
)
_NUMBERS = r"(?:int(?:eger)?s?|floats?|numbers?|strings?|str|bool(?:ean)?s?|lists?|tuples?|dict(?:ionary|ionaries)?)"
# "int or tuple/list of 2 integers, specifying …": the types have a column of their own.
_TYPES = re.compile(
    rf"^(?:(?:an?|optional|positive|non-negative|python|keras|either)\s+)*`?{_NUMBERS}`?"
    rf"(?:(?:\s*[/,]\s*|\s+or\s+|\s+of\s+|\s+)(?:an?\s+)?(?:\d+\s+)?`?{_NUMBERS}`?)*\s*(?:[,.;:]|\bspecifying\b)\s+",
    re.IGNORECASE,
)
_KINDS = {
    "int": "int",
    "float": "float",
    "number": "float",
    "str": "str",
    "bool": "bool",
    "list": "list",
    "tuple": "list",
    "dict": "mapping",
}
_LEADS = re.compile(r"^(?:specifying|indicating|representing|determining|describing)\s+", re.IGNORECASE)
_DEFAULT = re.compile(r"\s*\(default:?(?: is)? [^)]*\)(?:,(?= ))?", re.IGNORECASE)
_OPTIONAL = re.compile(r"^(?:\(optional\)|optional)[,.]?\s+", re.IGNORECASE)
# Its default and its types stand beside it.
_SAYS_NOTHING = re.compile(
    rf"^(?:default(?:s|ing)? to\b.*|defaults?:.*|(?:an? )?{_NUMBERS}(?:,? or `?(?:null|none)`?)?(?:,? defaults? to .*)?\.?)$",
    re.IGNORECASE,
)
# A sentence of fewer characters says too little.
_SHORT = 14
_BARE = re.compile(r"^(either|one of|can be|must be|only used)\b", re.IGNORECASE)
_SENTENCE = re.compile(r".*?[.!?](?=\s|$)(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)(?<!a\.k\.a\.)(?<!vs\.)", re.DOTALL)


def tidy(text: str) -> str:
    """The text on one line, as prose; code stays in backticks."""
    text = _FENCE.sub(" ", text)
    text = _FORMULA.sub(lambda match: f"`{match[1].strip()}`", text)
    text = _LINK.sub(r"\1", text)
    text = _CODE.sub(lambda match: f"`{_yaml_words(match[1])}`", text)
    parts = text.replace("``", "`").split("`")
    # Every second part is code, which may hold asterisks of its own.
    parts[::2] = [_BOLD.sub(r"\1", part) for part in parts[::2]]
    return " ".join("`".join(parts).split())


def _yaml_words(code: str) -> str:
    """Code as a spec writes it: a text without its quotes, `null` for `None`."""
    code = code.strip()
    code = _PYTHON_WORDS.get(code, code)
    code = re.sub(r"=\s*(None|True|False)\b", lambda match: "=" + _PYTHON_WORDS[match[1]], code)
    return code[1:-1] if re.fullmatch(r"\"[^\"]*\"|'[^']*'", code) else code


def paragraphs(docstring: str, most: int = 2) -> tuple[str, ...]:
    """The prose behind the summary, up to the first heading.

    Args:
        docstring: A docstring without its indentation.
        most: How many paragraphs are taken.
    """
    found: list[str] = []
    for block in _FENCE.sub("\n\n", docstring).split("\n\n")[1:]:
        lines = block.strip("\n").split("\n")
        first = lines[0]
        if _HEADING.match(first.strip()) or first.strip().startswith(("Args:", "Arguments:", "Call arguments:")):
            break
        if not block.strip() or first.startswith((" ", "\t")) or _NO_PROSE.match(first):
            continue
        text = tidy(block)
        if text.endswith(":"):
            # It announces code that is not shown.
            text = _without_last_sentence(text)
        if text:
            found.append(text)
    return tuple(found[:most])


def _without_last_sentence(text: str) -> str:
    end = max(text.rfind(". "), text.rfind("! "))
    return text[: end + 1] if end > 0 else ""


def documented_types(text: str) -> frozenset[str]:
    """The kinds of value that the text on an argument begins with, in the catalog's words; empty where it says none."""
    match = _TYPES.match(tidy(text))
    words = re.findall(r"[a-z]+", match.group().lower()) if match else []
    return frozenset(kind for word in words for stem, kind in _KINDS.items() if word.startswith(stem))


def argument_sentence(text: str, *, choices: bool = False) -> str:
    """What an argument means, in a sentence, without its types.

    Args:
        text: What the docs say of it.
        choices: Whether its choices are shown beside it: a sentence that lists them is left out.
    """
    shorter = _LEADS.sub("", _OPTIONAL.sub("", _TYPES.sub("", _DEFAULT.sub("", tidy(text)), count=1)))
    sentences = [sentence for sentence in _sentences(shorter) if not _SAYS_NOTHING.match(sentence)]
    if len(sentences) > 1 and _BARE.match(sentences[0]):
        kept = sentences[1:3] if choices else sentences[:2]
        return _capital(" ".join(kept))
    if len(sentences) > 1 and len(sentences[0]) < _SHORT:
        return _capital(f"{sentences[0]} {sentences[1]}")
    return _capital(sentences[0]) if sentences else ""


def first_sentence(text: str) -> str:
    """The first sentence of a text, tidied."""
    sentences = _sentences(tidy(text))
    return sentences[0] if sentences else ""


def _sentences(text: str) -> list[str]:
    found = [match.group().strip() for match in _SENTENCE.finditer(text)]
    rest = text[sum(len(match.group()) for match in _SENTENCE.finditer(text)) :].strip()
    return [sentence for sentence in [*found, rest] if sentence]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] if text[:1].isalpha() else text
