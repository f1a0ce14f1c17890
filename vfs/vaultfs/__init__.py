"""The file system: a tree of query folders, a client of the daemon, in a process of its own.

Nothing heavy is imported here, and nothing computes: the kernel waits for every answer.
"""
