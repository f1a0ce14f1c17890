"""Where the photographs come from, and under which terms: what is stated, and what is not known.

The terms are those that came with the material. Nobody has asked the photographers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Terms = Literal["clear", "research", "unstated"]

TERMS: dict[Terms, str] = {
    "clear": "under a licence that allows any use (MIT, CC0, Apache-2.0, CC BY)",
    "research": "given for research, or for research and education",
    "unstated": "with no terms stated",
}


@dataclass(frozen=True)
class Source:
    """One source. `name` is the beginning of its name in index.csv."""

    name: str
    photographs: int
    what: str
    terms: Terms
    stated: str
    unknown: str


SOURCES = (
    Source(
        "caltech-101",
        3548,
        "101 categories and background, found by web search in 2003",
        "research",
        "research",
        "the terms of the web pages that the photographs were found on",
    ),
    Source(
        "jurjsorinliviu/Sports-Type-Classifier",
        1320,
        "22 sports, some of them posters and drawings",
        "unstated",
        "none",
        "who took the photographs and what they allow; some bear agencies' marks",
    ),
    Source(
        "aizadaaskar/dl-homework",
        1182,
        "30 musical instruments, some wrongly labelled",
        "unstated",
        "none",
        "who took the photographs and what they allow",
    ),
    Source(
        "marcusklasson/GroceryStoreDataset",
        1075,
        "43 kinds of groceries, photographed in shops by the set's authors",
        "clear",
        "MIT",
        "whether the makers of packages shown would object",
    ),
    Source(
        "srohit0/food_mnist",
        1000,
        "10 dishes of Food-101, from a site where guests of restaurants showed their meals",
        "research",
        "research; Food-101 asks for the photographers' leave beyond it",
        "what each photographer allows",
    ),
    Source(
        "afroozsheikh/Intel-Image-Classifier",
        900,
        "buildings, forest, glacier, mountain, sea, street",
        "unstated",
        "none",
        "who took the photographs and what they allow",
    ),
    Source(
        "chanakya2734/Image-classification-using-CNN",
        694,
        "120 dog breeds (part of ImageNet); cats and dogs of a public competition",
        "research",
        "research",
        "what each photographer allows",
    ),
    Source(
        "flickr8k",
        500,
        "everyday scenes from Flickr, five captions each",
        "research",
        "research and education, not for profit",
        "the licence that each photographer chose on Flickr",
    ),
    Source(
        "imagenet-sample",
        390,
        "one photograph each of 390 ImageNet classes",
        "research",
        "research and education, not for profit",
        "what each photographer allows",
    ),
    Source(
        "alexeygrigorev/clothing-dataset-small",
        450,
        "ten garments, photographed for the set by volunteers",
        "clear",
        "CC0",
        "nothing that matters here",
    ),
    Source(
        "MachineLearning2020/Homework3-PACS",
        420,
        "dog, elephant, giraffe, guitar, horse, house, person",
        "research",
        "research",
        "the terms of the sets and web pages that it was put together from",
    ),
    Source(
        "emanhamed/Houses-dataset",
        400,
        "bathrooms, bedrooms, kitchens and fronts of houses for sale",
        "unstated",
        "none; a paper is to be cited",
        "who took the photographs and what they allow",
    ),
    Source(
        "arnavagrawal2701/CNN_From_Scratch",
        120,
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


def licence_of(wanted: Sequence[str]) -> str:
    """The SPDX name of the licence for weights learnt from these sources; the model card says why."""
    clear = all(source.terms == "clear" for source in SOURCES if choose(wanted, source.name))
    return "Apache-2.0" if clear else "CC-BY-NC-4.0"
