"""What the installed Keras offers: names, parameters, defaults, call signatures and docs, without importing Keras."""

from __future__ import annotations

from kerascli.catalog.catalog import Catalog
from kerascli.catalog.entries import CallSignature, Entry, Operation, Parameter
from kerascli.catalog.loading import load_catalog, load_docs

__all__ = [
    "CallSignature",
    "Catalog",
    "Entry",
    "Operation",
    "Parameter",
    "load_catalog",
    "load_docs",
]
