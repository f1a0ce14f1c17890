"""Where the photographs come from, and under which terms: what is stated, and what is not known.

The terms are those that came with the material. Nobody has asked the photographers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Terms = Literal["clear", "research", "unstated"]

TERMS: dict[Terms, str] = {
    "clear": "a licence that allows any use (MIT, CC0, Apache-2.0, CC BY)",
    "research": "given for research, or for research and education",
    "unstated": "no terms stated",
}


@dataclass(frozen=True)
class Source:
    """One source. `name` is the beginning of its name in index.csv."""

    name: str
    what: str
    terms: Terms
    stated: str
    unknown: str


SOURCES = (
    Source(
        "caltech-101",
        "101 categories and background, found by web search in 2003",
        "research",
        "research",
        "the terms of the web pages that the photographs were found on",
    ),
    Source(
        "jurjsorinliviu/Sports-Type-Classifier",
        "22 sports, some of them posters and drawings",
        "unstated",
        "none",
        "who took the photographs and what they allow; some bear agencies' marks",
    ),
    Source(
        "aizadaaskar/dl-homework",
        "30 musical instruments, some wrongly labelled",
        "unstated",
        "none",
        "who took the photographs and what they allow",
    ),
    Source(
        "marcusklasson/GroceryStoreDataset",
        "43 kinds of groceries, photographed in shops by the set's authors",
        "clear",
        "MIT",
        "whether the makers of packages shown would object",
    ),
    Source(
        "srohit0/food_mnist",
        "10 dishes of Food-101, from a site where guests of restaurants showed their meals",
        "research",
        "research; Food-101 asks for the photographers' leave beyond it",
        "what each photographer allows",
    ),
    Source(
        "afroozsheikh/Intel-Image-Classifier",
        "buildings, forest, glacier, mountain, sea, street",
        "unstated",
        "none",
        "who took the photographs and what they allow",
    ),
    Source(
        "chanakya2734/Image-classification-using-CNN",
        "120 dog breeds (part of ImageNet); cats and dogs of a public competition",
        "research",
        "research",
        "what each photographer allows",
    ),
    Source(
        "flickr8k",
        "everyday scenes from Flickr, five captions each",
        "research",
        "research and education, not for profit",
        "the licence that each photographer chose on Flickr",
    ),
    Source(
        "imagenet-sample",
        "one photograph each of 390 ImageNet classes",
        "research",
        "research and education, not for profit",
        "what each photographer allows",
    ),
    Source(
        "alexeygrigorev/clothing-dataset-small",
        "ten garments, photographed for the set by volunteers",
        "clear",
        "CC0",
        "nothing that matters here",
    ),
    Source(
        "MachineLearning2020/Homework3-PACS",
        "dog, elephant, giraffe, guitar, horse, house, person",
        "research",
        "research",
        "the terms of the sets and web pages that it was put together from",
    ),
    Source(
        "emanhamed/Houses-dataset",
        "bathrooms, bedrooms, kitchens and fronts of houses for sale",
        "unstated",
        "none; a paper is to be cited",
        "who took the photographs and what they allow",
    ),
    Source(
        "arnavagrawal2701/CNN_From_Scratch",
        "cars and motorcycles, found on the web",
        "unstated",
        "none",
        "who took the photographs and what they allow",
    ),
)


def source_of(name: str) -> Source:
    """The source of a name in index.csv, where some add a part of theirs after a colon. Raises KeyError."""
    for source in SOURCES:
        if name.split(":")[0] == source.name:
            return source
    raise KeyError(f"{name} is in no line of training/sources.py: add it with its terms")


def choose(wanted: Sequence[str], name: str) -> bool:
    """Whether a photograph of this source is learnt from.

    `wanted` holds classes of terms (clear, research, unstated), names of sources, or "all"; nothing means all. Raises
    ValueError where a word is none of these, KeyError for a source whose terms are not written down.
    """
    known = {"all", *TERMS, *(source.name for source in SOURCES)}
    if wrong := sorted(set(wanted) - known):
        raise ValueError(f"no source or terms named {', '.join(wrong)}; there are: {', '.join(sorted(known))}")
    source = source_of(name)
    return not wanted or bool({"all", source.name, source.terms} & set(wanted))
