"""Model packs: what turns pictures and words into vectors of one space.

`bundled` finds packs, `pack` reads and checks one, `encoder` says what an engine offers, `onnx` is the engine of the
default install.
"""
