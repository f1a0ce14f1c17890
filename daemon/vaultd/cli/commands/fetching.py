"""Pictures from elsewhere: fetch add, list, run, pause, resume, remove, log."""

from __future__ import annotations

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.commands.changes import ORIGIN, change
from vaultd.cli.quantities import at_least, count, size
from vaultd.cli.screen import Screen
from vaultipc.errors import EXIT_DONE, EXIT_NOTHING, EXIT_PARTIAL, EXIT_REFUSED


def add(call: Call) -> int:
    options = call.options

    def show(screen: Screen, answer: Answer) -> None:
        when = "only when you run it" if options.every == "never" else "now, and then by itself"
        screen.say(f"Subscription {answer['subscription']}: {answer['site']} ({answer['provider']}), {when}.")

    into = references.one("into", references.folder(options.into)) if options.into else {}
    provider = {"provider": options.provider} if options.provider else {}
    params = {"url": options.url, **provider, **into, **call.given("every", "limit", "tag"), "origin": ORIGIN}
    return call.answer("fetch.add", params, show)


def listing(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        heads = (">", "address", "every", "state", ">pictures", ">gone", "next")
        screen.table(heads, map(_row, answer["subscriptions"]))
        for one in answer["subscriptions"]:
            if one["problem"]:
                screen.say(f"{one['id']}: {one['problem']}")
        if not answer["subscriptions"]:
            screen.say("Nothing is fetched. `vvault fetch add https://example.org/feed.xml` subscribes.")

    return call.answer("fetch.list", {}, show)


def run(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        for one in answer["runs"]:
            _tell(screen, one)
        if not call.options.wait:
            screen.say("Looking. `vvault fetch log` tells how it went.")

    def judge(answer: Answer) -> int:
        if not call.options.wait:
            return EXIT_DONE
        if not answer["runs"]:
            return EXIT_NOTHING
        failed = [one["outcome"] == "failed" for one in answer["runs"]]
        return EXIT_REFUSED if all(failed) else EXIT_PARTIAL if any(failed) else EXIT_DONE

    return call.answer("fetch.run", call.given("subscription", "whole", "wait"), show, judge)


def pause(call: Call) -> int:
    return change(call, "fetch.pause", {"subscription": call.options.subscription})


def resume(call: Call) -> int:
    return change(call, "fetch.resume", {"subscription": call.options.subscription})


def remove(call: Call) -> int:
    return change(call, "fetch.remove", {"subscription": call.options.subscription})


def log(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        for one in answer["runs"]:
            _tell(screen, one)
        if not answer["runs"]:
            screen.say("Nothing was fetched yet.")

    return call.answer("fetch.log", call.given("subscription", "limit"), show)


def _tell(screen: Screen, run: Answer) -> None:
    counted = f"{count(run['fetched'], 'new picture')} ({size(run['bytes'])}), {run['known']} known"
    failed = f", {run['failed']} failed" if run["failed"] else ""
    problem = f": {run['problem']}" if run["problem"] else ""
    screen.say(f"{run['began']}  {run['subscription']} {run['site']}  {run['outcome']}{problem}  {counted}{failed}")
    for one in run["failures"]:
        screen.say(f"    {one['kind']}  {one['item']}: {one['reason']}")


def _row(one: Answer) -> list[str]:
    following = one["next"] or "–"
    return [one["id"], one["url"], one["every"], one["state"], str(one["pictures"]), str(one["gone"]), following]


_NUMBER = Word("subscription", "N", "The number of a subscription, of `vvault fetch list`.")
_ONE = Word("subscription", "N", "Only this subscription.", times="?")

COMMANDS = (
    Command("fetch add", "Fetch the pictures of a site, a feed or a folder elsewhere, now and again and again.", add,
            (Word("url", "URL", "An address: https://, davs://, dav:// or sftp://."),
             Flag("every", "How often: 12h, 1d (if not said), 2w, or never for when you say so.", metavar="TIME"),
             Flag("limit", "New pictures of one run at most.", metavar="N", kind=at_least(1)),
             Flag("into", "The folder they go to (Fetched/SITE in the first one if not said).", metavar="FOLDER"),
             Flag("tag", "The tag they get.", metavar="TAG"),
             Flag("provider", "Who fetches it, where the address does not tell: gallery (gallery-dl), feed, webdav, "
                              "sftp.", choices=("gallery", "feed", "webdav", "sftp"))), "fetch.add"),
    Command("fetch list", "List what is fetched, and how that stands.", listing, (), "fetch.list"),
    Command("fetch run", "Look now.", run,
            (_ONE, Flag("whole", "Look at all that there is, also to see what is gone."),
             Flag("wait", "Return when it is done.")), "fetch.run"),
    Command("fetch pause", "Fetch nothing of a subscription by itself for now.", pause, (_NUMBER,), "fetch.pause"),
    Command("fetch resume", "Take a paused subscription up again.", resume, (_NUMBER,), "fetch.resume"),
    Command("fetch remove", "Take a subscription away. Its pictures stay.", remove, (_NUMBER,), "fetch.remove"),
    Command("fetch log", "Tell what was fetched, and what was not and why.", log,
            (_ONE, Flag("limit", "So many runs.", metavar="N", kind=at_least(1))), "fetch.log"),
)  # fmt: skip
