"""The fields of the query language as SQL conditions on a row of `images`, one module a family.

Each answers for the whole library, or only for images that are given; then it costs no more than these are many.
"""
