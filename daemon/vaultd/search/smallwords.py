"""Words that say nothing by themselves: "a photo of the dog on a beach" asks for a dog and a beach.

They need not be written anywhere for a picture to match as text, unless a query has no others. They never change what
the model is given. Words that are small in one language and mean something in another ("die", "main") are left out.
"""

from __future__ import annotations

_BY_LANGUAGE = {
    "en": "a an the this that these those some any my our your his her its their of on in at by to from with without "
    "and or for as is are was were be being been it into onto over under near while who which what where there here "
    "very photo photos photograph photographs picture pictures image images pic pics",
    "de": "der das den dem des ein eine einen einem einer eines und oder im am zum zur von vom mit auf bei aus ist "
    "sind bild bilder foto fotos",
    "fr": "le la les un une du au aux et ou dans sur avec sans est sont",
    "es": "el los las una unos unas del al y o en con sin por para es son",
    "pt": "os um uma do da dos das no na nos nas e em com sem",
    "it": "il lo gli uno di della del nel nella con su",
    "nl": "het een van op en",
}
SMALL = frozenset(word for words in _BY_LANGUAGE.values() for word in words.split())
"""Folded, as `vaultd.index.words` folds them."""
