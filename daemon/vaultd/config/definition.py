"""Every configuration key, defined once.

A section is a frozen struct, a key one of its fields: its type is what the program sees, the `Key` beside it says
how it is written, its default and its documentation. The reader, `config show`, the environment variables and
docs/configuration.md all follow from these classes; adding a key is adding a field.
"""

# Annotations are read below, so they must not be postponed.

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from msgspec import Struct

from vaultd.config.kinds import (
    Choice,
    Flag,
    Folder,
    Folders,
    Kind,
    Origins,
    Patterns,
    Text,
    TomlValue,
    Whole,
    xdg_folder,
)


class Key(NamedTuple):
    """How one key is written. `default` is a TOML value; `doc` is one paragraph for a person."""

    kind: Kind
    default: TomlValue
    doc: str


class Library(Struct, frozen=True, kw_only=True):
    """What belongs to the library and where its catalog lives."""

    data: Annotated[
        Path,
        Key(
            Folder(),
            "$XDG_DATA_HOME/visionary-vault",
            "Folder of the catalog, the indexes and the bytes held for a while. It needs a local disk.",
        ),
    ]
    inbox: Annotated[
        Path | None,
        Key(
            Folder(empty=True),
            "",
            "Folder that receives pictures copied or moved into the mount. Empty: `Vault Inbox` in the first folder.",
        ),
    ]
    ignore: Annotated[
        tuple[str, ...],
        Key(
            Patterns(),
            [
                ".*",
                "@eaDir",
                "#recycle",
                "$RECYCLE.BIN",
                "System Volume Information",
                "lost+found",
                "__MACOSX",
                "node_modules",
                "*~",
                "*.part",
                "*.partial",
                "*.crdownload",
                "*.download",
                "*.tmp",
            ],
            "Names of files and folders that are passed over (`*`, `?`, `[abc]`). A pattern with a `/` is matched "
            "against the path below the watched folder. A list of yours replaces this one; a file `.vaultignore` in "
            "any folder adds patterns for what is below it.",
        ),
    ]
    write_xattrs: Annotated[
        bool,
        Key(
            Flag(),
            False,
            "Write your tags, descriptions and ratings also to the extended attributes of your pictures "
            "(`user.xdg.tags`, `user.xdg.comment`, `user.baloo.rating`), where file managers show them. What other "
            "programs wrote there stays, but for what you took off. Bytes and times of the files stay as they are. "
            "Off: nothing of yours is ever written.",
        ),
    ]
    write_sidecars: Annotated[
        Literal["off", "new", "all"],
        Key(
            Choice("off", "new", "all"),
            "off",
            "Write your tags, titles, descriptions and ratings also to XMP files beside your pictures (`a.jpg.xmp`), "
            "where photo programs read them. `new`: only to such files as the vault made. `all`: also to those of "
            "other programs; everything else in them stays as it was, byte by byte. `off`: nothing is ever put beside "
            "your pictures. Sidecars are read whatever this says.",
        ),
    ]
    write_files: Annotated[
        bool,
        Key(
            Flag(),
            False,
            "Allow `vvault write-metadata --into files --write`, which writes your tags, titles, descriptions and "
            "ratings into your pictures' own files, through exiftool. It happens only when you give that command, and "
            "`vvault undo` gives every file back bit for bit. Off: pictures are never written to.",
        ),
    ]
    write_files_undo_mb: Annotated[
        int,
        Key(
            Whole(1, 1_048_576),
            1024,
            "Room, in MiB, for what it takes to undo that: some kilobytes a photograph, of a TIFF up to all of it. "
            "When it is full nothing more is written.",
        ),
    ]


class Mount(Struct, frozen=True, kw_only=True):
    """The file system of query folders."""

    path: Annotated[Path, Key(Folder(), "~/vault", "Where it is mounted: an empty folder, outside watched ones.")]
    backend: Annotated[
        Literal["auto", "pyfuse3", "fusepy"],
        Key(
            Choice("auto", "pyfuse3", "fusepy"),
            "auto",
            "Library that speaks to the kernel. `auto`: pyfuse3 where it works, else fusepy (extra `[fuse2]`).",
        ),
    ]
    entries: Annotated[
        Literal["symlink", "file"],
        Key(
            Choice("symlink", "file"),
            "symlink",
            "What a picture is in a folder. `symlink`: a link to the original. `file`: a file with the original's "
            "bytes that cannot be written, for programs that do not follow links. `vvault mount --entries` says so of "
            "one mount.",
        ),
    ]
    share: Annotated[
        Literal["none", "group", "world"],
        Key(
            Choice("none", "group", "world"),
            "none",
            "Who else may look into the mount: nobody, your group, or every user of this computer. Only you change "
            "anything, and others read a picture only where they could read the file itself. Needs the line "
            "`user_allow_other` in `/etc/fuse.conf`. `vvault mount --share` says so of one mount.",
        ),
    ]
    allow_other: Annotated[
        bool,
        Key(
            Flag(),
            False,
            "Let programs into the mount that act for you but are not yours: a server like Samba, a backup that runs "
            "as root. Nobody else gets in by this alone. It, too, needs the line `user_allow_other` in "
            "`/etc/fuse.conf`.",
        ),
    ]
    portable_names: Annotated[
        bool,
        Key(
            Flag(),
            False,
            "Show names that Windows, SMB and exFAT cannot hold (`a: b?.jpg`, `CON`, a dot at the end, two that differ "
            "in case only) by characters that look alike. For a mount that is shared with other systems.",
        ),
    ]


class Web(Struct, frozen=True, kw_only=True):
    """The gallery in the browser, and the interface over HTTP for programs."""

    port: Annotated[
        int,
        Key(
            Whole(0, 65_535),
            8642,
            "The port. 0: any that is free. Where nobody set it and the usual one is taken, another one is used.",
        ),
    ]
    address: Annotated[
        str,
        Key(
            Text(),
            "127.0.0.1",
            "The address to listen at. Any but one of this machine alone lets others reach the gallery, over a "
            "connection that is not encrypted: whoever has a link or the token sees and changes everything. It needs "
            "`web.token_file`.",
        ),
    ]
    hosts: Annotated[
        tuple[str, ...],
        Key(
            Patterns(),
            [],
            "Names, beside `localhost`, under which browsers reach the gallery at an address that others reach, too.",
        ),
    ]
    token_file: Annotated[
        Path | None,
        Key(
            Folder(empty=True),
            "",
            "File of the token by which programs are let in, for you alone to read; it is made if it is not there. "
            "Empty: `web-token` beside the socket.",
        ),
    ]
    allowed_origins: Annotated[
        tuple[str, ...],
        Key(
            Origins(),
            [],
            "Other front ends whose pages may use the interface, with the token: `http://localhost:5173`.",
        ),
    ]
    export_folders: Annotated[
        tuple[Path, ...],
        Key(
            Folders(),
            [],
            "Folders into which, and below which, the gallery may export pictures. Empty: only as a download.",
        ),
    ]


class Ingest(Struct, frozen=True, kw_only=True):
    """Reading pictures."""

    workers: Annotated[
        int, Key(Whole(0, 64), 0, "Processes that decode and embed. 0: as many as processors, at most two.")
    ]
    batch: Annotated[int, Key(Whole(1, 256), 8, "Pictures that go through the model at once.")]
    decode_timeout_s: Annotated[
        int,
        Key(
            Whole(1, 3600),
            60,
            "Seconds after which a picture that is still being decoded counts as failed, waits for a processor aside.",
        ),
    ]
    decode_memory_mb: Annotated[
        int, Key(Whole(256, 1_048_576), 2048, "Address space of a worker, in MiB; what needs more counts as failed.")
    ]
    max_pixels: Annotated[
        int, Key(Whole(1_000_000, 10_000_000_000), 250_000_000, "Pictures of more pixels than this are not decoded.")
    ]
    thumbnails: Annotated[
        bool, Key(Flag(), True, "Write thumbnails to `~/.cache/thumbnails`, where file managers look for them.")
    ]
    mount_thumbnails: Annotated[
        bool,
        Key(
            Flag(),
            True,
            "Copy them for the names that an opened folder of the mount shows, 50 MB at most, for as long as it shows "
            "them. Only with `ingest.thumbnails`.",
        ),
    ]
    previews_mb: Annotated[
        int,
        Key(
            Whole(16, 1_048_576),
            2048,
            "Previews of pictures, made when the gallery shows them and kept in `previews` in the folder of "
            "`library.data`: so many megabytes at most. Those that were shown the longest ago go first.",
        ),
    ]
    pause_on_battery: Annotated[
        bool, Key(Flag(), False, "Read nothing while the machine runs on its battery; searching goes on.")
    ]
    pause_above_load: Annotated[
        int,
        Key(
            Whole(0, 100),
            0,
            "Read nothing while other programs take more than so many percent of the processors' time. 0: read always, "
            "in what the others leave.",
        ),
    ]
    settle_ms: Annotated[
        int, Key(Whole(0, 60_000), 500, "Milliseconds for which a changed file must rest before it is read.")
    ]


class Search(Struct, frozen=True, kw_only=True):
    """How questions are answered."""

    level: Annotated[
        Literal["strict", "default", "loose", "all"],
        Key(
            Choice("strict", "default", "loose", "all"),
            "default",
            "How near a picture must be to count as a match, where a search does not say so itself.",
        ),
    ]
    limit: Annotated[int, Key(Whole(1, 10_000), 10_000, "Pictures in one answer, and in one folder, at most.")]
    offline: Annotated[
        Literal["hide", "show"],
        Key(
            Choice("hide", "show"),
            "hide",
            "Pictures on drives that are away. `hide`: they are in `offline/` alone. `show`: they are also among the "
            "results of searches, in tags, albums and whatever else lists pictures, marked as `offline`; what needs "
            "their files says that they are not there.",
        ),
    ]
    recent: Annotated[int, Key(Whole(0, 1000), 50, "Recent searches that `search/` lists; older ones are forgotten.")]


class Model(Struct, frozen=True, kw_only=True):
    """What understands the pictures."""

    name: Annotated[
        str,
        Key(
            Text(),
            "mini",
            "The model that answers: the name of a pack, or its folder. `vvault model use` chooses without this file; "
            "whichever spoke last counts.",
        ),
    ]
    engine: Annotated[
        Literal["auto", "onnx", "cuda", "torch"],
        Key(
            Choice("auto", "onnx", "cuda", "torch"),
            "auto",
            "What runs the model on pictures. `onnx`: ONNX Runtime on the processor. `cuda`: ONNX Runtime on an NVIDIA "
            "GPU. `torch`: open_clip, on a GPU where torch finds one. `auto`: `cuda` where it works, else `onnx`. "
            "The words of a search stay on the processor.",
        ),
    ]
    threads: Annotated[int, Key(Whole(1, 256), 2, "Processor threads that turn the words of a search into a vector.")]


class Network(Struct, frozen=True, kw_only=True):
    """Only `model pull` uses it, and what you subscribed to with `vvault fetch add`."""

    enabled: Annotated[
        bool,
        Key(Flag(), True, "Let `vvault model pull` fetch models from the hub, and subscriptions fetch pictures."),
    ]


class Fetch(Struct, frozen=True, kw_only=True):
    """Pictures from elsewhere: `vvault fetch`. Nothing is fetched that you did not subscribe to."""

    gallery_dl: Annotated[
        str, Key(Text(), "gallery-dl", "The program gallery-dl: its name, or where it is. It fetches from art sites.")
    ]
    gallery_config: Annotated[
        Path | None,
        Key(
            Folder(empty=True),
            "",
            "Settings of gallery-dl's own, such as accounts. It must be yours alone (`chmod 600`). Empty: "
            "`gallery-dl.json` beside the configuration, if it is there. gallery-dl's usual files are not read.",
        ),
    ]
    credentials: Annotated[
        Path | None,
        Key(
            Folder(empty=True),
            "",
            "Names and passwords for feeds, WebDAV and SFTP. It must be yours alone (`chmod 600`). Empty: "
            "`credentials.toml` beside the configuration, if it is there.",
        ),
    ]
    limit: Annotated[int, Key(Whole(1, 1_000_000), 500, "New pictures of one run, where a subscription says nothing.")]
    daily: Annotated[int, Key(Whole(1, 1_000_000), 2000, "New pictures from one site in 24 hours, at most.")]
    delay_ms: Annotated[
        int,
        Key(
            Whole(0, 600_000),
            1000,
            "Milliseconds between two requests to a site; half as many more are added at random.",
        ),
    ]
    timeout_s: Annotated[
        int,
        Key(
            Whole(1, 3600), 30, "Seconds without a byte after which a site is given up; a file may take 20 times that."
        ),
    ]
    max_file_mb: Annotated[int, Key(Whole(1, 1_048_576), 200, "MiB of one file at most.")]
    max_run_mb: Annotated[int, Key(Whole(1, 1_048_576), 5000, "MiB of one run at most.")]
    max_run_minutes: Annotated[int, Key(Whole(1, 10_080), 60, "Minutes that one run takes at most.")]
    keep_free_mb: Annotated[int, Key(Whole(0, 1_048_576), 1024, "MiB that fetching leaves free on the disk.")]


class AutoTags(Struct, frozen=True, kw_only=True):
    """Tags that the model gives by itself, apart from yours: `tags/auto/` in the mount, `auto:dog` in a search."""

    enabled: Annotated[bool, Key(Flag(), True, "Let the model tag pictures. When off, its tags are taken away.")]
    level: Annotated[
        Literal["strict", "default", "loose"],
        Key(
            Choice("strict", "default", "loose"),
            "default",
            "How sure the model must be. `default`: some eight of ten tags are right, where the model was calibrated; "
            "`strict`: fewer tags, more of them right; `loose`: more tags, fewer of them right.",
        ),
    ]
    most: Annotated[int, Key(Whole(1, 100), 8, "Tags that one picture gets at most: those the model is surest of.")]
    vocabulary: Annotated[
        Path | None,
        Key(
            Folder(empty=True),
            "",
            "File of the words that pictures are tagged with. Empty: `vocabulary.toml` in the folder of `library.data` "
            "if it is there (`vvault autotags vocabulary --copy` makes it), else the words that come with the program.",
        ),
    ]


class Captions(Struct, frozen=True, kw_only=True):
    """Sentences that a model writes about pictures (extra `[caption]`): `caption:` in a search."""

    enabled: Annotated[
        bool,
        Key(
            Flag(),
            True,
            "Let the model write, once the extra is installed and the model was pulled. When off, what it wrote is "
            "taken away.",
        ),
    ]
    model: Annotated[
        str, Key(Text(), "blip-base", "The model that writes: a name that `vvault model pull` knows, or pulled.")
    ]


class Ocr(Struct, frozen=True, kw_only=True):
    """Text that is read in pictures (extra `[ocr]`): `ocr:` in a search."""

    enabled: Annotated[
        bool,
        Key(
            Flag(),
            True,
            "Read it, once the extra is installed, in pictures that look as if they held some. When off, what was read "
            "is taken away.",
        ),
    ]


class Log(Struct, frozen=True, kw_only=True):
    """What the daemon and the mount write down."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Key(
            Choice("debug", "info", "warning", "error"),
            "info",
            "The least level that is written. File names and queries appear only at `debug`.",
        ),
    ]


class Privacy(Struct, frozen=True, kw_only=True):
    """What is remembered about you, and what is not shown of your pictures."""

    remember_queries: Annotated[
        bool, Key(Flag(), True, "Keep the searches whose folders were opened, for `search/` to list.")
    ]
    private: Annotated[
        tuple[str, ...],
        Key(
            Patterns(),
            [],
            "Files and folders whose pictures are private: they are read like others, but shown only where a search "
            "asks for them (`private:yes`) or they are named by path or id, and no thumbnails are written of them. "
            "A pattern is written as in `library.ignore`, or is an absolute path that begins with `/` or `~/`; what "
            "lies in a private folder is private. A picture is private if any of its files is.",
        ),
    ]


class Config(Struct, frozen=True, kw_only=True):
    """The whole configuration. `file` is where it is read from, existing or not.

    `sources` says for each key (`section.name`) where its value comes from: `default`, `FILE:LINE` or a variable.
    `written` holds the values before they were resolved, as they would stand in the file.
    """

    library: Library
    mount: Mount
    web: Web
    ingest: Ingest
    search: Search
    model: Model
    autotags: AutoTags
    captions: Captions
    ocr: Ocr
    network: Network
    fetch: Fetch
    log: Log
    privacy: Privacy
    file: Path
    sources: Mapping[str, str]
    written: Mapping[str, TomlValue]


SECTIONS: dict[str, type[Struct]] = {
    "library": Library,
    "mount": Mount,
    "web": Web,
    "ingest": Ingest,
    "search": Search,
    "model": Model,
    "autotags": AutoTags,
    "captions": Captions,
    "ocr": Ocr,
    "network": Network,
    "fetch": Fetch,
    "log": Log,
    "privacy": Privacy,
}


def _keys_of(section: type[Struct]) -> dict[str, Key]:
    return {name: hint.__metadata__[0] for name, hint in section.__annotations__.items()}


KEYS: dict[str, dict[str, Key]] = {name: _keys_of(section) for name, section in SECTIONS.items()}
"""section → name → key, in the order of the documentation."""


def variable(section: str, name: str) -> str:
    """The environment variable that overrides a key."""
    return f"VVAULT_{section}_{name}".upper()


def default_file(environ: Mapping[str, str]) -> Path:
    """Where the configuration is read from when nobody says otherwise."""
    return xdg_folder(environ, "XDG_CONFIG_HOME", ".config") / "visionary-vault" / "config.toml"
