"""The ladder from each released schema to the next.

`schema.sql` always describes the newest schema; a new catalog is made from it directly. Step `i` (from 0) of the ladder
turns schema `i + 1` into `i + 2`, in one transaction with the version number. Steps are never edited once released.
"""

from __future__ import annotations

LADDER: tuple[str, ...] = (
    # 2: the model that shall answer, besides the one that does
    """
    ALTER TABLE models ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0 CHECK (wanted IN (0, 1));
    ALTER TABLE models ADD COLUMN pack TEXT NOT NULL DEFAULT '';
    UPDATE models SET wanted = active, pack = name;
    CREATE UNIQUE INDEX one_wanted_model ON models (wanted) WHERE wanted = 1;
    """,
    # 3: what pixels look like, and what EXIF says of lens and sensitivity
    """
    ALTER TABLE images ADD COLUMN lens TEXT;
    ALTER TABLE images ADD COLUMN iso INTEGER;
    CREATE TABLE looks (
        image    INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
        version  INTEGER NOT NULL,
        phash    INTEGER NOT NULL,
        dhash    INTEGER NOT NULL,
        contrast REAL NOT NULL,
        tint     BLOB NOT NULL CHECK (length(tint) = 32)
    ) STRICT;
    CREATE TABLE colours (
        image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        colour TEXT NOT NULL CHECK (colour IN ('black', 'white', 'grey', 'red', 'orange', 'yellow', 'green', 'blue',
                                               'purple', 'pink', 'brown')),
        share  INTEGER NOT NULL CHECK (share BETWEEN 1 AND 100),
        PRIMARY KEY (image, colour)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX colours_by_share ON colours (colour, share);
    """,
    # 4: which images were in the answer of a saved search, and when
    """
    CREATE TABLE saved_followed (
        saved       INTEGER PRIMARY KEY REFERENCES saved (id) ON DELETE CASCADE,
        asked       TEXT NOT NULL,
        answered_by TEXT NOT NULL,
        since       INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE saved_members (
        saved      INTEGER NOT NULL REFERENCES saved (id) ON DELETE CASCADE,
        image      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        entered_at INTEGER NOT NULL,
        left_at    INTEGER,
        PRIMARY KEY (saved, image, entered_at)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX saved_members_by_image ON saved_members (image);
    """,
    # 5: where a volume that is away was mounted
    """
    ALTER TABLE volumes ADD COLUMN last_mount_point BLOB;
    UPDATE volumes SET last_mount_point = mount_point;
    """,
    # 6: which files are private
    """
    ALTER TABLE files ADD COLUMN private INTEGER NOT NULL DEFAULT 0 CHECK (private IN (0, 1));
    CREATE INDEX files_private ON files (image) WHERE private = 1;
    """,
    # 7: what programs attached to files was never read: every file is to be looked at as one that was touched
    """
    UPDATE files SET ctime_ns = 0 WHERE image IS NOT NULL;
    """,
    # 8: what the vault writes to the attributes of originals, when it is asked to
    """
    CREATE TABLE written_back (
        file   INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
        wish   TEXT,
        traces TEXT NOT NULL
    ) STRICT;
    """,
    # 9: what stands beside pictures: sidecars, as one more source, and what the vault writes to them
    """
    CREATE TABLE image_tags_anew (
        image    INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        tag      INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
        source   TEXT NOT NULL CHECK (source IN ('user', 'sidecar', 'xattr', 'xmp', 'iptc', 'auto')),
        state    TEXT NOT NULL CHECK (state IN ('active', 'rejected')),
        score    REAL,
        added_at INTEGER NOT NULL,
        PRIMARY KEY (image, tag, source)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO image_tags_anew SELECT image, tag, source, state, score, added_at FROM image_tags;
    DROP TABLE image_tags;
    ALTER TABLE image_tags_anew RENAME TO image_tags;
    CREATE INDEX image_tags_by_tag ON image_tags (tag, state, source, image);
    CREATE TABLE ratings_anew (
        image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        source TEXT NOT NULL CHECK (source IN ('user', 'sidecar', 'xattr', 'xmp')),
        rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
        PRIMARY KEY (image, source)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO ratings_anew SELECT image, source, rating FROM ratings;
    DROP TABLE ratings;
    ALTER TABLE ratings_anew RENAME TO ratings;
    CREATE TABLE sidecars (
        id       INTEGER PRIMARY KEY,
        volume   INTEGER NOT NULL REFERENCES volumes (id),
        path     BLOB NOT NULL,
        subject  BLOB NOT NULL,
        inode    INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        ctime_ns INTEGER NOT NULL,
        size     INTEGER NOT NULL,
        said     TEXT NOT NULL,
        problem  TEXT NOT NULL,
        UNIQUE (volume, path)
    ) STRICT;
    CREATE INDEX sidecars_by_subject ON sidecars (volume, subject);
    CREATE TABLE written_sidecars (
        file   INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
        wish   TEXT,
        traces TEXT NOT NULL
    ) STRICT;
    """,
    # 10: how generated pictures were made
    """
    CREATE TABLE generations (
        image     INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        source    TEXT NOT NULL CHECK (source IN ('generator', 'sidecar')),
        generator TEXT NOT NULL,
        model     TEXT NOT NULL,
        seed      TEXT NOT NULL,
        steps     INTEGER,
        cfg       REAL,
        sampler   TEXT NOT NULL,
        scheduler TEXT NOT NULL,
        width     INTEGER,
        height    INTEGER,
        PRIMARY KEY (image, source)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX generations_by_model ON generations (model);
    CREATE INDEX generations_by_seed ON generations (seed) WHERE seed <> '';
    CREATE TABLE loras (
        image    INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        source   TEXT NOT NULL CHECK (source IN ('generator', 'sidecar')),
        position INTEGER NOT NULL,
        name     TEXT NOT NULL,
        weight   REAL,
        PRIMARY KEY (image, source, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX loras_by_name ON loras (name, image);
    CREATE TABLE generation_texts (
        image    INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
        raw      BLOB NOT NULL,
        workflow BLOB NOT NULL,
        workflow_size INTEGER NOT NULL
    ) STRICT;
    """,
    # 11: rules, which give tags as a source of their own; and how sharp, bright and colourful pictures are
    """
    CREATE TABLE rules (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        query      TEXT NOT NULL,
        level      TEXT NOT NULL CHECK (level IN ('strict', 'default', 'loose', 'all')),
        tag        INTEGER NOT NULL REFERENCES tags (id),
        created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE ruled (
        rule  INTEGER NOT NULL,
        image INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        PRIMARY KEY (rule, image)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX ruled_by_image ON ruled (image);
    CREATE TABLE rules_asked (
        rule INTEGER PRIMARY KEY REFERENCES rules (id) ON DELETE CASCADE
    ) STRICT;
    CREATE TABLE image_tags_anew (
        image    INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        tag      INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
        source   TEXT NOT NULL CHECK (source IN ('user', 'sidecar', 'xattr', 'xmp', 'iptc', 'rule', 'auto')),
        state    TEXT NOT NULL CHECK (state IN ('active', 'rejected')),
        score    REAL,
        added_at INTEGER NOT NULL,
        PRIMARY KEY (image, tag, source)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO image_tags_anew SELECT image, tag, source, state, score, added_at FROM image_tags;
    DROP TABLE image_tags;
    ALTER TABLE image_tags_anew RENAME TO image_tags;
    CREATE INDEX image_tags_by_tag ON image_tags (tag, state, source, image);
    ALTER TABLE looks ADD COLUMN sharpness INTEGER CHECK (sharpness BETWEEN 0 AND 100);
    ALTER TABLE looks ADD COLUMN brightness INTEGER CHECK (brightness BETWEEN 0 AND 100);
    ALTER TABLE looks ADD COLUMN colourfulness INTEGER CHECK (colourfulness BETWEEN 0 AND 100);
    ALTER TABLE looks ADD COLUMN palette BLOB;
    """,
    # 12: when, where and how pictures were taken, and who says so; sidecars are to be read again for it
    """
    ALTER TABLE images ADD COLUMN zone INTEGER;
    ALTER TABLE images ADD COLUMN exposure INTEGER;
    ALTER TABLE images ADD COLUMN aperture INTEGER;
    ALTER TABLE images ADD COLUMN focal INTEGER;
    ALTER TABLE images ADD COLUMN latitude REAL;
    ALTER TABLE images ADD COLUMN longitude REAL;
    CREATE TABLE details (
        image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        source TEXT NOT NULL CHECK (source IN ('sidecar', 'exif', 'xmp', 'iptc', 'name')),
        told   TEXT NOT NULL,
        PRIMARY KEY (image, source)
    ) STRICT, WITHOUT ROWID;
    UPDATE sidecars SET mtime_ns = 0;
    """,
    # 13: pictures that were merged into a better copy, files in the trash, and what tells stills from what moves
    """
    CREATE TABLE copies (
        image     INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
        best      INTEGER NOT NULL,
        marked_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX copies_by_best ON copies (best);
    CREATE TABLE trashed (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        image      INTEGER NOT NULL,
        place      TEXT NOT NULL,
        held       TEXT NOT NULL,
        note       TEXT NOT NULL,
        trashed_at INTEGER NOT NULL
    ) STRICT;
    ALTER TABLE looks ADD COLUMN frames INTEGER NOT NULL DEFAULT 1;
    """,
    # 14: what is fetched from elsewhere, and what is told of it there, which is a source of its own
    """
    CREATE TABLE subscriptions (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        url        TEXT NOT NULL,
        site       TEXT NOT NULL,
        provider   TEXT NOT NULL CHECK (provider IN ('gallery', 'feed', 'webdav', 'sftp')),
        every_s    INTEGER NOT NULL CHECK (every_s >= 0),
        most       INTEGER NOT NULL CHECK (most >= 0),
        folder     TEXT NOT NULL,
        tag        INTEGER REFERENCES tags (id),
        paused     INTEGER NOT NULL CHECK (paused IN (0, 1)),
        created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE fetches (
        id           INTEGER PRIMARY KEY AUTOINCREMENT,
        subscription INTEGER NOT NULL,
        site         TEXT NOT NULL,
        began_at     INTEGER NOT NULL,
        ended_at     INTEGER,
        outcome      TEXT NOT NULL CHECK (outcome IN ('running', 'done', 'capped', 'failed', 'cut')),
        whole        INTEGER NOT NULL DEFAULT 0 CHECK (whole IN (0, 1)),
        fetched      INTEGER NOT NULL DEFAULT 0,
        known        INTEGER NOT NULL DEFAULT 0,
        failed       INTEGER NOT NULL DEFAULT 0,
        bytes        INTEGER NOT NULL DEFAULT 0,
        problem      TEXT NOT NULL DEFAULT '',
        retry_at     INTEGER
    ) STRICT;
    CREATE INDEX fetches_by_subscription ON fetches (subscription, id);
    CREATE INDEX fetches_by_site ON fetches (site, began_at);
    CREATE TABLE fetch_failures (
        run      INTEGER NOT NULL REFERENCES fetches (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        item     TEXT NOT NULL,
        kind     TEXT NOT NULL,
        reason   TEXT NOT NULL,
        PRIMARY KEY (run, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE fetched (
        subscription INTEGER NOT NULL,
        item         TEXT NOT NULL,
        hash         BLOB NOT NULL,
        told         TEXT NOT NULL,
        tag          INTEGER REFERENCES tags (id) ON DELETE SET NULL,
        fetched_at   INTEGER NOT NULL,
        gone_at      INTEGER,
        PRIMARY KEY (subscription, item)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX fetched_by_hash ON fetched (hash);
    CREATE INDEX fetched_by_tag ON fetched (tag);
    CREATE TABLE image_tags_anew (
        image    INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        tag      INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
        source   TEXT NOT NULL CHECK (source IN ('user', 'sidecar', 'xattr', 'xmp', 'iptc', 'rule', 'provider',
                                         'auto')),
        state    TEXT NOT NULL CHECK (state IN ('active', 'rejected')),
        score    REAL,
        added_at INTEGER NOT NULL,
        PRIMARY KEY (image, tag, source)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO image_tags_anew SELECT image, tag, source, state, score, added_at FROM image_tags;
    DROP TABLE image_tags;
    ALTER TABLE image_tags_anew RENAME TO image_tags;
    CREATE INDEX image_tags_by_tag ON image_tags (tag, state, source, image);
    CREATE TABLE details_anew (
        image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        source TEXT NOT NULL CHECK (source IN ('sidecar', 'exif', 'xmp', 'iptc', 'provider', 'name')),
        told   TEXT NOT NULL,
        PRIMARY KEY (image, source)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO details_anew SELECT image, source, told FROM details;
    DROP TABLE details;
    ALTER TABLE details_anew RENAME TO details;
    """,
    # 15: what programs that find words for pictures have gone through
    """
    CREATE TABLE told_by (
        teller     TEXT NOT NULL,
        image      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        version    TEXT NOT NULL,
        outcome    TEXT NOT NULL CHECK (outcome IN ('told', 'nothing', 'unlike', 'failed')),
        confidence REAL,
        PRIMARY KEY (teller, image)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX told_by_image ON told_by (image);
    """,
    # 16: what the vault wrote into files themselves, and what it takes to have them back as they were
    """
    CREATE TABLE written_files (
        file   INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
        wish   TEXT,
        traces TEXT NOT NULL
    ) STRICT;
    CREATE TABLE rewritten (
        id            INTEGER PRIMARY KEY AUTOINCREMENT,
        image         INTEGER NOT NULL,
        file          INTEGER NOT NULL,
        place         TEXT NOT NULL,
        record        TEXT NOT NULL UNIQUE,
        hash_before   TEXT NOT NULL,
        hash_after    TEXT NOT NULL,
        mtime_before  INTEGER NOT NULL,
        traces_before TEXT NOT NULL,
        written_at    INTEGER NOT NULL
    ) STRICT;
    """,
    # 17: a few pixels of each picture, to be shown until it is there
    """
    ALTER TABLE looks ADD COLUMN placeholder BLOB CHECK (length(placeholder) = 36);
    """,
    # 18: which pictures were JPEGs before they were saved without loss; these formats are to be looked at again for it
    """
    ALTER TABLE looks ADD COLUMN was_jpeg INTEGER NOT NULL DEFAULT 0 CHECK (was_jpeg IN (0, 1));
    UPDATE looks SET version = 0 WHERE image IN (SELECT id FROM images WHERE type IN ('image/png', 'image/tiff'));
    """,
)
