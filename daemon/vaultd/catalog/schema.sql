-- The catalog: the one authority on a person's pictures. This file is its data dictionary.
--
-- Conventions
--   *_ns      file times, nanoseconds since 1970 as stat(2) gives them
--   *_at      moments of ours, milliseconds since 1970, UTC
--   path      bytes, relative to the mount point of the volume, no leading slash, '' is the mount point itself
--   [facts]   can be computed again from the files
--   [user]    cannot: what a person said, or a record of what they did
-- Automatic backups leave out what is made again (vaultd/catalog/backups/writing.py): embeddings, looks, colours, and
-- changes and followers, which belong to the indexes of one catalog. The other [facts] are small and save a reading.
-- Every table is STRICT. Ids of AUTOINCREMENT tables are never used twice, so an id in an old snapshot, an inode or an
-- undo record can only ever mean the thing it meant.

-- One row a name. generation: 16 random bytes in hex, replaced at every restore or repair; a follower that remembers
-- another one rebuilds. library: random, for life. model.configured: the key `model.name` as it was last obeyed; a
-- choice made since then holds until the key says something else. privacy.private: the globs, as JSON, by which
-- files.private was last set.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- File systems pictures were seen on. [facts]
-- fs_uuid: the file system's UUID where the kernel tells it; fingerprint: else a token that identifies it.
-- mount_point: absolute bytes where it is now, NULL while it is offline. st_dev is never stored: it changes at boot.
-- last_mount_point: where it is or was, so that what is offline can be named; NULL if it was away when this began.
CREATE TABLE volumes (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT NOT NULL CHECK (kind IN ('local', 'network')),
    fs_uuid     TEXT UNIQUE,
    fingerprint TEXT UNIQUE,
    mount_point BLOB,
    last_mount_point BLOB,
    CHECK (fs_uuid IS NOT NULL OR fingerprint IS NOT NULL)
) STRICT;

-- Folders the user asked to watch. [user] position: the order in which a result prefers files (smallest first).
-- removed_at: `remove` keeps the row, and so tags and vectors, until told to forget.
CREATE TABLE roots (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    volume     INTEGER NOT NULL REFERENCES volumes (id),
    path       BLOB NOT NULL,
    position   INTEGER NOT NULL,
    added_at   INTEGER NOT NULL,
    removed_at INTEGER,
    UNIQUE (volume, path)
) STRICT;

-- Contents. An image is its bytes. [facts, but for the id, which user data refers to]
-- hash: BLAKE2b-256 of the bytes. type: MIME type sniffed from the bytes. width, height: pixels after EXIF orientation.
-- taken_at: the camera's local time read as if it were UTC; zone: how many minutes that is east of UTC. camera, lens: as
-- they call themselves. iso: the sensitivity it was taken at, 1 and up. exposure: microseconds; aperture, focal: tenths of
-- an f-number, of a millimetre. latitude, longitude: degrees north and east. Each is what `details` says of it, by the
-- source that is believed first, and NULL where none does.
-- successor_of: the content this one replaced when a file was edited in place.
-- metadata_version: version of the metadata reader whose results are stored; an older one is read again.
CREATE TABLE images (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    hash             BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    type             TEXT NOT NULL,
    size             INTEGER NOT NULL,
    width            INTEGER NOT NULL,
    height           INTEGER NOT NULL,
    taken_at         INTEGER,
    camera           TEXT,
    added_at         INTEGER NOT NULL,
    successor_of     INTEGER REFERENCES images (id),
    metadata_version INTEGER NOT NULL,
    lens             TEXT,
    iso              INTEGER,
    zone             INTEGER,
    exposure         INTEGER,
    aperture         INTEGER,
    focal            INTEGER,
    latitude         REAL,
    longitude        REAL
) STRICT;
CREATE INDEX images_by_taken ON images (taken_at);
CREATE INDEX images_by_added ON images (added_at);

-- Who says when, where and how a picture was taken, as it stands there. [facts] In this order they are believed: sidecar,
-- exif, xmp, iptc, provider, name (what files and folders are called). told: JSON, see vaultd/domain/details.py.
CREATE TABLE details (
    image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('sidecar', 'exif', 'xmp', 'iptc', 'provider', 'name')),
    told   TEXT NOT NULL,
    PRIMARY KEY (image, source)
) STRICT, WITHOUT ROWID;

-- What a content's pixels look like, by which the same picture is known again. [facts]
-- version: of the reader that looked; where it is older, or the row is missing, the picture is looked at again.
-- phash, dhash: 64 bits each, the first bit the highest, as signed integers. contrast: standard deviation, 0 to 127.5, of
-- the grey levels that phash was made of; the hashes of a picture with hardly any say nothing.
-- tint: 4 x 4 cells of the picture, row by row, each the mean a and b of Oklab as two signed bytes in units of 0.4 / 127.
-- sharpness, brightness, colourfulness: in percent, see vaultd/worker/quality.py; sharpness is NULL where nothing has an
-- edge. palette: the colours of most of it, four bytes each: lightness of Oklab in units of 1 / 255, a and b as in tint,
-- percent. All four are NULL until the picture is looked at by a reader of version 2.
-- frames: of a film, of which one was looked at; 2 if the file has pages.
-- placeholder: 4 x 3 pixels of sRGB, row by row, to be shown until a picture is there; NULL before a reader of version 3.
-- was_jpeg: kept without loss, and made of a JPEG; see vaultd/worker/remade.py.
CREATE TABLE looks (
    image    INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    version  INTEGER NOT NULL,
    phash    INTEGER NOT NULL,
    dhash    INTEGER NOT NULL,
    contrast REAL NOT NULL,
    tint     BLOB NOT NULL CHECK (length(tint) = 32),
    sharpness     INTEGER CHECK (sharpness BETWEEN 0 AND 100),
    brightness    INTEGER CHECK (brightness BETWEEN 0 AND 100),
    colourfulness INTEGER CHECK (colourfulness BETWEEN 0 AND 100),
    palette       BLOB,
    frames        INTEGER NOT NULL DEFAULT 1,
    placeholder   BLOB CHECK (length(placeholder) = 36),
    was_jpeg      INTEGER NOT NULL DEFAULT 0 CHECK (was_jpeg IN (0, 1))
) STRICT;

-- How much of a picture, its middle counting more than its edges, a person would give one of the eleven basic names of
-- colours. [facts] share: in percent, only of what has some.
CREATE TABLE colours (
    image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    colour TEXT NOT NULL CHECK (colour IN ('black', 'white', 'grey', 'red', 'orange', 'yellow', 'green', 'blue', 'purple',
                                           'pink', 'brown')),
    share  INTEGER NOT NULL CHECK (share BETWEEN 1 AND 100),
    PRIMARY KEY (image, colour)
) STRICT, WITHOUT ROWID;
CREATE INDEX colours_by_share ON colours (colour, share);

-- Where contents were last seen. [facts]
-- image: NULL until the bytes were read (pending), or when that failed (see failures).
-- previous: the content that was here before an edit in place or a rename over it, until the new one is known.
-- state: present, or missing (was seen, is not there now). Offline is a property of the volume.
-- blocks: units of 512 bytes. mode, uid, gid: of the original, so that a mount can list without a stat.
-- private: a glob of the configuration (privacy.private) names it, or a folder that it lies in.
CREATE TABLE files (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    volume   INTEGER NOT NULL REFERENCES volumes (id),
    root     INTEGER NOT NULL REFERENCES roots (id),
    path     BLOB NOT NULL,
    inode    INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    blocks   INTEGER NOT NULL,
    mode     INTEGER NOT NULL,
    uid      INTEGER NOT NULL,
    gid      INTEGER NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('present', 'missing')),
    image    INTEGER REFERENCES images (id),
    previous INTEGER REFERENCES images (id),
    seen_at  INTEGER NOT NULL,
    private  INTEGER NOT NULL DEFAULT 0 CHECK (private IN (0, 1)),
    UNIQUE (volume, path)
) STRICT;
CREATE INDEX files_by_image ON files (image);
CREATE INDEX files_private ON files (image) WHERE private = 1;
CREATE INDEX files_by_inode ON files (volume, inode);
CREATE INDEX files_by_root ON files (root);
CREATE INDEX files_pending ON files (id) WHERE image IS NULL AND state = 'present';

-- What the vault wrote to the extended attributes of files, where library.write_xattrs is on. [user]
-- wish: what the user said then, as JSON; NULL while it is being written. traces: JSON of what was done and what stood
-- there before, by which our own writing is known and can be taken back; see vaultd/domain/written.py.
CREATE TABLE written_back (
    file   INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
    wish   TEXT,
    traces TEXT NOT NULL
) STRICT;

-- Files beside pictures that speak of them: XMP, and texts beside generated images. [facts] A row for each that is there.
-- subject: path without what its name adds to that of its picture, case folded; see vaultd/metadata/naming.py.
-- said: what it says, as JSON (vaultd/domain/sidecar.py). problem: why it could not be read, '' if it could; then `said` is
-- what it said before.
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

-- What the vault wrote to the sidecars of files, where library.write_sidecars is on. [user] As written_back.
CREATE TABLE written_sidecars (
    file   INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
    wish   TEXT,
    traces TEXT NOT NULL
) STRICT;

-- What the vault wrote into files themselves, where somebody asked for that by name. [user] As written_back.
CREATE TABLE written_files (
    file   INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
    wish   TEXT,
    traces TEXT NOT NULL
) STRICT;

-- Files that could not be read. [facts] One row a file; gone when it succeeds or goes away.
-- kind: unreadable, not-an-image, truncated, too-large, crash, timeout, memory, encoder.
-- size, mtime_ns: of the file when it failed; the file is tried again when they change or on request.
CREATE TABLE failures (
    file      INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
    kind      TEXT NOT NULL,
    reason    TEXT NOT NULL,
    attempts  INTEGER NOT NULL,
    size      INTEGER NOT NULL,
    mtime_ns  INTEGER NOT NULL,
    failed_at INTEGER NOT NULL
) STRICT;

-- Models whose vectors are kept. [facts, but for wanted and pack, which the user chose]
-- active: it answers now. wanted: it shall answer; while that is another one, its vectors are being made.
-- pack: what its pack is opened by, a name or an absolute folder.
CREATE TABLE models (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    name      TEXT NOT NULL,
    revision  TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    active    INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1)),
    wanted    INTEGER NOT NULL DEFAULT 0 CHECK (wanted IN (0, 1)),
    pack      TEXT NOT NULL DEFAULT '',
    UNIQUE (name, revision)
) STRICT;
CREATE UNIQUE INDEX one_active_model ON models (active) WHERE active = 1;
CREATE UNIQUE INDEX one_wanted_model ON models (wanted) WHERE wanted = 1;

-- What a model makes of a content. [facts] vector: dimension x IEEE half floats, little endian, L2-normalised.
CREATE TABLE embeddings (
    image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    model  INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE,
    vector BLOB NOT NULL,
    PRIMARY KEY (image, model)
) STRICT;

-- Tags form a forest. [user] A rename changes one row; everything else refers to the id.
-- name: one component, no '/', not '.' or '..', at most 255 bytes of UTF-8.
-- listed: 0 for a word that so far only a model uses; a person's view of the tags leaves it out.
CREATE TABLE tags (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    parent     INTEGER REFERENCES tags (id),
    name       TEXT NOT NULL CHECK (name <> '' AND name NOT IN ('.', '..') AND instr(name, '/') = 0),
    created_at INTEGER NOT NULL,
    listed     INTEGER NOT NULL DEFAULT 1 CHECK (listed IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX tags_by_name ON tags (coalesce(parent, 0), name);

-- Who says that an image has a tag. source user is [user], and so is rule, as it is never made again; the others
-- [facts], but for state.
-- state: rejected means the user removed what another source says; it must not come back.
-- score: the source's own certainty, 0 to 1, NULL where it has none.
CREATE TABLE image_tags (
    image    INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    tag      INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    source   TEXT NOT NULL CHECK (source IN ('user', 'sidecar', 'xattr', 'xmp', 'iptc', 'rule', 'provider',
                                     'auto')),
    state    TEXT NOT NULL CHECK (state IN ('active', 'rejected')),
    score    REAL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (image, tag, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_tags_by_tag ON image_tags (tag, state, source, image);

-- [user] Rules: what matches a query when it comes in, or changes, is given a tag. query: text of the query language.
CREATE TABLE rules (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    query      TEXT NOT NULL,
    level      TEXT NOT NULL CHECK (level IN ('strict', 'default', 'loose', 'all')),
    tag        INTEGER NOT NULL REFERENCES tags (id),
    created_at INTEGER NOT NULL
) STRICT;

-- Which images a rule has tagged: it never does so twice, so what a person took away stays away. [user] rule: is no
-- reference, since a rule that was removed comes back, with its id and this memory, when that is undone.
CREATE TABLE ruled (
    rule  INTEGER NOT NULL,
    image INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    PRIMARY KEY (rule, image)
) STRICT, WITHOUT ROWID;
CREATE INDEX ruled_by_image ON ruled (image);

-- Rules that were asked of the whole library; from then on they follow the change log. [facts]
CREATE TABLE rules_asked (
    rule INTEGER PRIMARY KEY REFERENCES rules (id) ON DELETE CASCADE
) STRICT;

-- [user] What is fetched from elsewhere. url: without user and password. site: whose requests are counted together.
-- provider: gallery (gallery-dl), feed, webdav or sftp. every_s: seconds between the beginnings of two runs, 0 for none
-- but those that are asked for. most: pictures of one run, 0 for as many as the configuration says. folder: absolute,
-- percent-encoded, '' for Fetched/<site> in the first root. tag: what its pictures are given.
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

-- What runs of subscriptions came to. [user] subscription: is no reference, since one that was removed comes back when
-- that is undone. outcome: running; done; capped, if more is left for another time; failed; cut, if the daemon ended.
-- whole: it was shown everything that there is. known: items that were here already. retry_at: not before this.
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

-- What a run could not fetch, and why. [user]
CREATE TABLE fetch_failures (
    run      INTEGER NOT NULL REFERENCES fetches (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    item     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

-- What was fetched, and what is told of it there, by content, so that it holds wherever the file goes. [user]
-- subscription: as in fetches. item: what its place calls it, for good. told: JSON, see vaultd/domain/provided.py. tag:
-- that of the subscription. gone_at: since when its place shows it no more.
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

-- Words about an image. source user is [user], others [facts].
-- kind: title, description, caption, prompt, negative, ocr, comment, label (a colour that a photo program marked it with),
-- creator, rights, page (its address), audience (for whom it is fit), person (who is in it), location, city, region,
-- country. label, page and audience are not searched by words. source: gps (from the coordinates in images), user,
-- sidecar, xattr, exif, xmp, iptc, png, comment (of JPEG, GIF), generator (see generations), provider (see fetched),
-- model:NAME and ocr:NAME (see told_by).
CREATE TABLE texts (
    image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    kind   TEXT NOT NULL,
    source TEXT NOT NULL,
    text   TEXT NOT NULL,
    PRIMARY KEY (image, kind, source)
) STRICT, WITHOUT ROWID;

-- What programs that find words for pictures have gone through: models that describe, and what reads text in pictures.
-- [facts] teller: the source of their texts, model:NAME or ocr:NAME. version: of the program and of how it is asked; what
-- another one made is made anew in the background. outcome: told (its words are a row of texts), nothing (there are
-- none), unlike (it does not look as if there were any, and was not read), failed. confidence: its own, 0 to 1, NULL
-- unless told.
CREATE TABLE told_by (
    teller     TEXT NOT NULL,
    image      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    version    TEXT NOT NULL,
    outcome    TEXT NOT NULL CHECK (outcome IN ('told', 'nothing', 'unlike', 'failed')),
    confidence REAL,
    PRIMARY KEY (teller, image)
) STRICT, WITHOUT ROWID;
CREATE INDEX told_by_image ON told_by (image);

-- How generated pictures were made, where their files say it; prompt and negative prompt are texts. [facts]
-- source: generator, what the file says, or sidecar, what stands beside it. generator: the program, '' where a sidecar
-- does not name it. seed: in digits, as it may reach 2**64 - 1. width, height: pixels that were asked for. What is not
-- said is '' or NULL.
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

-- The small models that were added to a picture's model, in their order; weight NULL where it is not said. [facts]
CREATE TABLE loras (
    image    INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    source   TEXT NOT NULL CHECK (source IN ('generator', 'sidecar')),
    position INTEGER NOT NULL,
    name     TEXT NOT NULL,
    weight   REAL,
    PRIMARY KEY (image, source, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX loras_by_name ON loras (name, image);

-- What the rows of source generator were read from. [facts] Both UTF-8, deflated (RFC 1950). raw: the text; workflow:
-- the graph that ComfyUI and InvokeAI open again, as JSON, empty for none; workflow_size: its bytes when inflated.
CREATE TABLE generation_texts (
    image    INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    raw      BLOB NOT NULL,
    workflow BLOB NOT NULL,
    workflow_size INTEGER NOT NULL
) STRICT;

-- [user] An album is an ordered grouping. position: ascending, gaps allowed.
CREATE TABLE albums (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL UNIQUE CHECK (name <> '' AND instr(name, '/') = 0),
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE album_images (
    album    INTEGER NOT NULL REFERENCES albums (id) ON DELETE CASCADE,
    image    INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (album, image)
) STRICT, WITHOUT ROWID;

-- [user] Favourites and ratings. rating: 1 to 5; a missing row is unrated.
CREATE TABLE favourites (
    image    INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    added_at INTEGER NOT NULL
) STRICT;
CREATE TABLE ratings (
    image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('user', 'sidecar', 'xattr', 'xmp')),
    rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    PRIMARY KEY (image, source)
) STRICT, WITHOUT ROWID;

-- [user] Pictures that were merged into a better copy of theirs, which has what was said of them. best: that image, which
-- may be forgotten by now.
CREATE TABLE copies (
    image     INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    best      INTEGER NOT NULL,
    marked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX copies_by_best ON copies (best);

-- [user] Files that were moved to the desktop's trash, so that undoing brings them back. place: where a file was; held:
-- what it is called in the trash; note: the file beside it that tells where it was; absolute paths, percent-encoded.
-- image: its content, which may be forgotten by now.
CREATE TABLE trashed (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    image      INTEGER NOT NULL,
    place      TEXT NOT NULL,
    held       TEXT NOT NULL,
    note       TEXT NOT NULL,
    trashed_at INTEGER NOT NULL
) STRICT;

-- [user] Files that the vault wrote into, so that undoing gives them back bit for bit. place: where it was then, an absolute
-- path, percent-encoded; file: its row, which follows it when it moves. record: the name of what holds the bytes that were
-- there before; hash_before, hash_after: BLAKE2b-256 of all bytes, in hex. traces_before: as written_files had it.
-- image: its content, which may be forgotten by now.
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

-- [user] Saved searches. query: text of the query language. level: strict, default, loose or all.
CREATE TABLE saved (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL UNIQUE CHECK (name <> '' AND instr(name, '/') = 0),
    query      TEXT NOT NULL,
    level      TEXT NOT NULL CHECK (level IN ('strict', 'default', 'loose', 'all')),
    created_at INTEGER NOT NULL
) STRICT;

-- Saved searches whose members are followed. [facts] asked: level and canonical text of what was asked; another one
-- starts anew. answered_by: the model and the program that answered last. since: what is known begins here.
CREATE TABLE saved_followed (
    saved       INTEGER PRIMARY KEY REFERENCES saved (id) ON DELETE CASCADE,
    asked       TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    since       INTEGER NOT NULL
) STRICT;

-- From when to when an image was in the answer of a saved search. [facts] left_at NULL: it still is.
-- entered_at is `since` for what was there when following began; see vaultd/catalog/members.py.
CREATE TABLE saved_members (
    saved      INTEGER NOT NULL REFERENCES saved (id) ON DELETE CASCADE,
    image      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    entered_at INTEGER NOT NULL,
    left_at    INTEGER,
    PRIMARY KEY (saved, image, entered_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX saved_members_by_image ON saved_members (image);

-- [user] What the user said of a result of one query. query: canonical text of its conditions. verdict: hide or prefer.
CREATE TABLE feedback (
    query    TEXT NOT NULL,
    image    INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    verdict  TEXT NOT NULL CHECK (verdict IN ('hide', 'prefer')),
    added_at INTEGER NOT NULL,
    PRIMARY KEY (query, image)
) STRICT, WITHOUT ROWID;

-- [user] Queries whose folder was opened, in the order in which they were first opened.
CREATE TABLE history (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    query     TEXT NOT NULL UNIQUE,
    opened_at INTEGER NOT NULL
) STRICT;

-- Bytes written into the mount, held for 24 hours or until another file of the content is known to be whole. [user]
-- path: absolute bytes in the holding folder. name: as the user wrote it.
CREATE TABLE holdings (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    image   INTEGER NOT NULL REFERENCES images (id),
    path    BLOB NOT NULL UNIQUE,
    name    BLOB NOT NULL,
    held_at INTEGER NOT NULL
) STRICT;
CREATE INDEX holdings_by_image ON holdings (image);

-- What users did, so that it can be undone. [user] Requests of one origin and group within 5 s of the last join one.
-- kind: tag, untag, tag-create, tag-rename, tag-delete, tag-merge, save, ..., undo. undoes: the action an undo reverts.
-- undone_by: the undo that reverted it.
CREATE TABLE actions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT NOT NULL,
    summary    TEXT NOT NULL,
    origin     TEXT NOT NULL,
    group_key  TEXT,
    started_at INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,
    undoes     INTEGER REFERENCES actions (id),
    undone_by  INTEGER REFERENCES actions (id)
) STRICT;

-- The rows an action changed, in order. row_key, before, after: JSON objects of columns (BLOB columns in hex);
-- before NULL: the row was inserted; after NULL: it was deleted.
CREATE TABLE action_rows (
    action     INTEGER NOT NULL REFERENCES actions (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    table_name TEXT NOT NULL,
    row_key    TEXT NOT NULL,
    before     TEXT,
    after      TEXT,
    PRIMARY KEY (action, position)
) STRICT, WITHOUT ROWID;

-- What to re-read, for the indexes that follow. [facts] An entry names a thing, not what it was: applying it twice
-- changes nothing. entity: image (anything about one), embedding (model set), tag, album, saved, feedback (on an
-- image), history, root, rule, subscription, model (it answers from here on).
CREATE TABLE changes (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    entity    TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    model     INTEGER,
    op        TEXT NOT NULL CHECK (op IN ('upsert', 'delete'))
) STRICT;

-- How far the indexes have followed; entries older than the slowest live one may be trimmed. [facts]
CREATE TABLE followers (
    name     TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    seen_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
