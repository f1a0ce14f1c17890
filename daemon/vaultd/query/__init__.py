"""The query language: text to a tree and back. It imports nothing else of the project.

The language is written down in docs/query-language.md.
"""

from vaultd.query.ast import And, Field, Like, Node, Not, Or, Part, Phrase, Query, Sum, Term, Words
from vaultd.query.errors import QueryFault
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
    "QueryFault",
    "Sum",
    "Term",
    "Words",
    "canonical",
    "parse",
]
