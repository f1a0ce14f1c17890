"""From any open_clip model to a pack (extra `[torch]`): `exporting` is the way through, the rest its steps.

`source` builds the model, `tokenizer` turns its tokenizer into one file, `towers` writes it as ONNX, `quantise` makes
it smaller, `agreement` says whether it still answers alike, `sample` has the pictures and texts it is asked with, `cut`
finds what counts as a match, `place` is where the pack is made. Nothing here touches the network: weights are a file,
or lie in the cache of the hub's library.
"""
