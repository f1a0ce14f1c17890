"""The query language: text to a tree and back. It imports nothing of the project but its errors.

The language is written down in docs/query-language.md.
"""

from vaultd.query.ast import And, Field, Like, Node, Not, Or, Part, Phrase, Query, Sum, Term, Words
from vaultd.query.parser import parse
from vaultd.query.printer import canonical

__all__ = [
    "And",
    "Field",
    "Like",
    "Node",
    "Not",
    "Or",
    "Part",
    "Phrase",
    "Query",
    "Sum",
    "Term",
    "Words",
    "canonical",
    "parse",
]
