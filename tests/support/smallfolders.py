"""What the in-memory daemon answers for the folders of the mount that are neither searches nor tags."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from vaultipc import messages as m
from vaultipc.codec import display, exact
from vaultipc.errors import NotFound, Refused

if TYPE_CHECKING:
    from support.smalldaemon import Picture


class SmallFolders:
    """Views, facets, likes, duplicates and volumes that are away. `pictures`: id to picture."""

    pictures: dict[str, Picture]
    favourites: dict[str, None]

    def hit(self, picture: Picture, rank: int = 1) -> m.Hit:
        raise NotImplementedError

    def _explained(self, query: str, image: str) -> m.Explanation:
        raise NotImplementedError

    def seq(self) -> int:
        raise NotImplementedError

    def answered(self, *question: str) -> str:
        raise NotImplementedError

    def on_view(self, params: m.ViewParams) -> m.Listing:
        here = [picture for picture in self.pictures.values() if picture.state == "online"]
        match params.view:
            case "recent":
                shown = here
            case "untagged":
                shown = [picture for picture in here if not picture.tags]
            case "favorites":
                shown = [self.pictures[image] for image in reversed(self.favourites)]
            case _:
                shown = [p for p in self.pictures.values() if p.state == params.view and p.volume == params.volume]
        return m.Listing(hits=[self.hit(picture) for picture in shown], seq=self.seq())

    def on_offline(self, params: m.Empty) -> m.Offline:
        names = sorted({picture.volume for picture in self.pictures.values() if picture.state == "offline"})
        return m.Offline(volumes=[m.OfflineVolume(id=name, name=name, count=1) for name in names])

    def on_facet_values(self, params: m.FacetParams) -> m.FacetValues:
        values = sorted({p.facets[params.facet] for p in self.pictures.values() if params.facet in p.facets})
        return m.FacetValues(facet=params.facet, values=[m.FacetValue(value=value, count=1) for value in values], seq=1)

    def on_facet_images(self, params: m.FacetImagesParams) -> m.Listing:
        shown = [p for p in self.pictures.values() if p.facets.get(params.facet) == params.value]
        return m.Listing(hits=[self.hit(picture) for picture in shown], seq=self.seq())

    def on_facet_narrow(self, params: m.NarrowParams) -> m.Narrowed:
        def value(picture: Picture) -> str:
            year, month = picture.month
            if params.facet != "date":
                return picture.facets.get(params.facet, "")
            return f"{year}-{month:02}" if params.value else str(year)

        given = [self.pictures[image] for image in params.images]
        if params.value and (params.facet != "date" or "-" in params.value):
            return m.Narrowed(values=[], images=[p.id for p in given if value(p) == params.value])
        values = sorted({value(p) for p in given if value(p).startswith(params.value)} - {""})
        return m.Narrowed(values=values, images=[])

    def on_generated(self, params: m.GeneratedParams) -> m.Generated:
        given = [self.pictures[image] for image in params.images]
        sizes = [(p.id, len(p.prompt.encode()), len(p.workflow.encode())) for p in given if p.prompt or p.workflow]
        found = [m.GeneratedImage(image=image, prompt=prompt, workflow=graph) for image, prompt, graph in sizes]
        return m.Generated(images=found)

    def on_generation(self, params: m.ImageParams) -> m.GenerationTexts:
        picture = self.pictures[params.image]
        return m.GenerationTexts(prompt=picture.prompt, raw="", workflow=picture.workflow)

    def on_duplicates(self, params: m.DuplicatesParams) -> m.Duplicates:
        groups = self._exact() if params.level == "exact" else self._showing_one_thing(params.level)
        return m.Duplicates(groups=[group for group in groups if not params.image or params.image in group.images])

    def _exact(self) -> list[m.DuplicateGroup]:
        groups = []
        for picture in self.pictures.values():
            if picture.copies:
                members = [self.place(path) for path in (picture.path, *picture.copies)]
                groups.append(self._group("exact", members, [picture.id] * len(members)))
        return groups

    def _showing_one_thing(self, level: m.DuplicateLevel) -> list[m.DuplicateGroup]:
        """Of the same level what shows one thing, of the similar one what was taken of one thing."""
        shown: dict[str, list[Picture]] = {}
        for picture in self.pictures.values():
            thing = picture.shows if level == "same" else picture.taken_of
            if thing:
                shown.setdefault(thing, []).append(picture)
        return [
            self._group(level, [self.place(picture.path) for picture in group], [picture.id for picture in group])
            for group in shown.values()
            if len(group) > 1
        ]

    def _group(self, level: str, members: list[m.FilePlace], images: list[str]) -> m.DuplicateGroup:
        return m.DuplicateGroup(level=level, best=members[0].path, members=members, image=images[0], images=images)

    def on_similar(self, params: m.SimilarParams) -> m.SearchResult:
        """Those that share a label; of a file outside the library, those whose labels it has written in it."""
        named = exact(params.image, params.image_b64)
        itself = next((p for p in self.pictures.values() if named in (p.id.encode(), os.path.basename(p.path))), None)
        labels = itself.labels if itself else _labels_of(named)
        alike = [p for p in self.pictures.values() if p is not itself and p.labels & labels]
        hits = [self.hit(picture, rank) for rank, picture in enumerate(alike, start=1)]
        for hit in hits if params.explain else []:
            hit.explain = self._explained(f'like:"{params.image}"', hit.id)
        return m.SearchResult(
            query=params.image, canonical=params.image, level=params.level, total=len(hits), took_ms=1.0, model="mini",
            cut=0.2, notes=[], hits=hits[params.offset :][: params.limit],
            snapshot=self.answered("like", params.image, params.level), seq=self.seq(),
        )  # fmt: skip

    def place(self, path: bytes) -> m.FilePlace:
        """Return what is told of one file."""
        shown, shown_b64 = display(path)
        return m.FilePlace(path=shown, path_b64=shown_b64, state="online", size=1, mtime_ns=1)


def _labels_of(path: bytes) -> set[str]:
    if not path.startswith(b"/"):
        raise NotFound(f"there is no picture {path!r}")
    data = Path(os.fsdecode(path)).read_bytes()
    if not data.startswith(b"PICTURE"):
        raise Refused("it is no picture")
    return set(data.decode().split())
