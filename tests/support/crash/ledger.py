"""What a person was told that has happened, against what the vault says after a crash."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from vaultipc.blocking import Client

State = dict[str, frozenset[str]]
"""Each tag, and the images that bear it."""
TAGS = ("dawn", "dusk", "noon", "night", "winter", "summer")


@dataclass(frozen=True)
class Gesture:
    """A request, and the state in which it leaves the vault."""

    method: str
    params: dict[str, Any]
    after: State


@dataclass
class Ledger:
    """`done`: what was answered, the newest last: action, state before. `under_way`: asked, and not answered yet."""

    images: list[str]
    state: State = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    done: list[State] = field(default_factory=list)
    under_way: Gesture | None = None

    def think_of(self, dice: random.Random) -> Gesture:
        """Something a person could do now, that changes something."""
        free = [tag for tag in TAGS if tag not in self.state]
        kinds = ["tag"] if not self.state else ["tag", "tag", "untag", "rename", "delete"]
        if self.done:
            kinds.append("undo")
        match dice.choice(kinds):
            case "untag":
                return self._untag(dice.choice(sorted(self.state)), self._some(dice))
            case "rename" if free:
                return self._rename(dice.choice(sorted(self.state)), dice.choice(free))
            case "delete":
                tag = dice.choice(sorted(self.state))
                left = {name: images for name, images in self.state.items() if name != tag}
                return Gesture("tags.delete", {"tag": tag, "force": True}, left)
            case "undo":
                return Gesture("undo", {}, self.done[-1])
            case _:
                return self._tag(dice.choice(TAGS), self._some(dice))

    def _some(self, dice: random.Random) -> list[str]:
        return dice.sample(self.images, dice.randint(1, len(self.images)))

    def _tag(self, tag: str, images: list[str]) -> Gesture:
        after = {**self.state, tag: self.state.get(tag, frozenset()) | set(images)}
        return Gesture("tag", {"tag": tag, "images": images}, after)

    def _untag(self, tag: str, images: list[str]) -> Gesture:
        return Gesture("untag", {"tag": tag, "images": images}, {**self.state, tag: self.state[tag] - set(images)})

    def _rename(self, tag: str, to: str) -> Gesture:
        after = {to if name == tag else name: images for name, images in self.state.items()}
        return Gesture("tags.rename", {"name": tag, "to": to}, after)

    # ---- what became of it ---------------------------------------------------------------------------------------

    def answered(self, gesture: Gesture, result: dict[str, Any]) -> None:
        """The vault said that it is done: from here on it must be so."""
        self.under_way = None
        if gesture.method == "undo":
            self.actions += [action["id"] for action in result["actions"]]
            self.done.pop()
        elif result["action"] is not None:
            self.actions.append(result["action"])
            self.done.append(self.state)
        self.state = gesture.after

    def found(self, client: Client) -> list[str]:
        """What is wrong with the vault after a start. What was under way may have happened, as a whole, or not."""
        state, logged = tags(client), {action.id for action in client.call("log", {"limit": 100_000}).actions}
        wrong = [f"action {action} is lost" for action in self.actions if action not in logged]
        if self.under_way is not None and state == self.under_way.after != self.state:
            self._take_in(self.under_way, logged)
        elif state != self.state:
            wrong.append(f"the tags are {state}, not {self.state}; under way was {self.under_way}")
        self.under_way = None
        return wrong

    def _take_in(self, gesture: Gesture, logged: set[str]) -> None:
        """It had happened, although nobody was told."""
        if gesture.method == "undo":
            self.done.pop()
        else:
            self.done.append(self.state)
            self.actions.append(max(logged, key=int))
        self.state = gesture.after


def tags(client: Client) -> State:
    """Each tag and its images, as its folder shows them; its count must agree."""
    found = {}
    for tag in client.call("tags").tags:
        hits = client.call("tags.folder", {"tag": tag.name}).hits
        found[tag.name] = frozenset(hit.id for hit in hits)
        assert tag.count == len(hits), f"{tag.name} counts {tag.count} and shows {len(hits)}"
    return found
