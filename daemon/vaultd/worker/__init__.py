"""The child process that reads files: it decodes and embeds what might crash, hang or fill the memory.

It is asked one thing at a time (`messages`), over a socket pair that is its standard input (`framing`). Whatever goes
wrong in it is charged to the file it was reading.
"""
