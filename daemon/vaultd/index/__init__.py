"""What makes the catalog searchable: indexes that follow its change log.

They are caches. Each can be deleted at any time and is rebuilt from the catalog; none decides anything: a vector index
proposes candidates, a text index says which images hold which words, and both may be a moment behind.
"""
