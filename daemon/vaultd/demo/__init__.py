"""The demo library: pictures drawn by our own code, with their truth known.

Nothing here needs more than Pillow, so training and tests draw from it too.
"""
