"""Pictures that a library holds more than once. There are three kinds, and none is ever mixed with another.

exact     the same bytes in several files: one content of the catalog, which therefore tells it by itself
same      the same picture, resized, encoded again or lightly edited: by perceptual hashes (`hashes`, `same`)
similar   pictures that show the like, a burst for example: by the model's vectors (`similar`). No duplicates: somebody
          took each of them

`stars` makes groups of a whole library, `groups` keeps them up as it changes, and `best` says which copy of a group the
others stand behind. `pairs` and `near` find hashes that differ in few bits among a million.
"""
