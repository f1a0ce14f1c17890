"""How pictures are named to a command that changes them: by path or id, or all that a query matches."""

from __future__ import annotations

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Flag, Word
from vaultipc.errors import UserError

IMAGES = Word("images", "IMAGE", "Pictures by path or id.", times="*", files="file")
MATCHING = Flag("query", "All pictures that match Q.", metavar="Q")


def pictures(call: Call) -> Answer:
    """The parameters for the pictures that were named. Raises UserError if none was."""
    options = call.options
    if not options.images and options.query is None:
        raise UserError("No pictures were named.", hint="Give paths or ids, or --query Q for all that match it.")
    query = {"query": references.query([options.query])} if options.query is not None else {}
    return {**references.images_params(options.images), **query}
