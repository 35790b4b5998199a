"""A spec as a plain Keras script: what an engineer would write by hand."""

from kerascli.translate.script.facts import DataFacts
from kerascli.translate.script.writing import Script, write_script

__all__ = ["DataFacts", "Script", "write_script"]
