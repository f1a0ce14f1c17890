BEGIN TRANSACTION;
CREATE TABLE action_rows (
    action     INTEGER NOT NULL REFERENCES actions (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    table_name TEXT NOT NULL,
    row_key    TEXT NOT NULL,
    before     TEXT,
    after      TEXT,
    PRIMARY KEY (action, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "action_rows" VALUES(1,0,'image_tags','{"image":1,"tag":1,"source":"user"}',NULL,'{"image":1,"tag":1,"source":"user","state":"active","score":null,"added_at":1700000000000}');
INSERT INTO "action_rows" VALUES(2,0,'image_tags','{"image":2,"tag":2,"source":"user"}',NULL,'{"image":2,"tag":2,"source":"user","state":"active","score":null,"added_at":1700000000000}');
INSERT INTO "action_rows" VALUES(3,0,'tags','{"id":1}',NULL,'{"id":1,"parent":null,"name":"holiday","created_at":1700000000000,"listed":1}');
INSERT INTO "action_rows" VALUES(3,1,'tags','{"id":2}',NULL,'{"id":2,"parent":1,"name":"sea","created_at":1700000000000,"listed":1}');
INSERT INTO "action_rows" VALUES(3,2,'image_tags','{"image":2,"tag":1,"source":"rule"}',NULL,'{"image":2,"tag":1,"source":"rule","state":"active","score":null,"added_at":1700000000000}');
INSERT INTO "action_rows" VALUES(3,3,'saved','{"id":1}',NULL,'{"id":1,"name":"boats","query":"boat","level":"default","created_at":1700000000000}');
INSERT INTO "action_rows" VALUES(3,4,'rules','{"id":1}',NULL,'{"id":1,"query":"boat","level":"strict","tag":1,"created_at":1700000000000}');
INSERT INTO "action_rows" VALUES(3,5,'subscriptions','{"id":1}',NULL,'{"id":1,"url":"https://example.org/feed","site":"example.org","provider":"feed","every_s":3600,"most":10,"folder":"/nowhere/fetched","tag":2,"paused":1,"created_at":1700000000000}');
INSERT INTO "action_rows" VALUES(3,6,'feedback','{"query":"boat","image":3}',NULL,'{"query":"boat","image":3,"verdict":"hide","added_at":1700000000000}');
INSERT INTO "action_rows" VALUES(3,7,'favourites','{"image":2}',NULL,'{"image":2,"added_at":1700000000000}');
INSERT INTO "action_rows" VALUES(3,8,'ratings','{"image":1,"source":"user"}',NULL,'{"image":1,"source":"user","rating":4}');
INSERT INTO "action_rows" VALUES(3,9,'texts','{"image":1,"kind":"title","source":"user"}',NULL,'{"image":1,"kind":"title","source":"user","text":"The harbour"}');
INSERT INTO "action_rows" VALUES(3,10,'albums','{"id":1}',NULL,'{"id":1,"name":"best","created_at":1700000000000}');
INSERT INTO "action_rows" VALUES(3,11,'album_images','{"album":1,"image":2}',NULL,'{"album":1,"image":2,"position":10}');
INSERT INTO "action_rows" VALUES(3,12,'copies','{"image":3}',NULL,'{"image":3,"best":1,"marked_at":1700000000000}');
INSERT INTO "action_rows" VALUES(3,13,'trashed','{"id":1}',NULL,'{"id":1,"image":9,"place":"/nowhere/9.jpg","held":"9.jpg","note":"9.jpg.trashinfo","trashed_at":1700000000000}');
INSERT INTO "action_rows" VALUES(3,14,'rewritten','{"id":1}',NULL,'{"id":1,"image":1,"file":1,"place":"/nowhere/pictures/1.jpg","record":"frozen","hash_before":"0000000000000000000000000000000000000000000000000000000000000000","hash_after":"0101010101010101010101010101010101010101010101010101010101010101","mtime_before":1,"traces_before":"{}","written_at":1700000000000}');
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
INSERT INTO "actions" VALUES(1,'tag','tag with holiday','test',NULL,1700000000000,1700000000000,NULL,NULL);
INSERT INTO "actions" VALUES(2,'tag','tag with holiday','test',NULL,1700000000000,1700000000000,NULL,NULL);
INSERT INTO "actions" VALUES(3,'import','take in','test',NULL,1700000000000,1700000000000,NULL,NULL);
CREATE TABLE album_images (
    album    INTEGER NOT NULL REFERENCES albums (id) ON DELETE CASCADE,
    image    INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (album, image)
) STRICT, WITHOUT ROWID;
INSERT INTO "album_images" VALUES(1,2,10);
CREATE TABLE albums (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL UNIQUE CHECK (name <> '' AND instr(name, '/') = 0),
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO "albums" VALUES(1,'best',1700000000000);
CREATE TABLE changes (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    entity    TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    model     INTEGER,
    op        TEXT NOT NULL CHECK (op IN ('upsert', 'delete'))
) STRICT;
INSERT INTO "changes" VALUES(1,'image',1,NULL,'upsert');
INSERT INTO "changes" VALUES(2,'image',2,NULL,'upsert');
INSERT INTO "changes" VALUES(3,'image',3,NULL,'upsert');
CREATE TABLE colours (
    image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    colour TEXT NOT NULL CHECK (colour IN ('black', 'white', 'grey', 'red', 'orange', 'yellow', 'green', 'blue', 'purple',
                                           'pink', 'brown')),
    share  INTEGER NOT NULL CHECK (share BETWEEN 1 AND 100),
    PRIMARY KEY (image, colour)
) STRICT, WITHOUT ROWID;
INSERT INTO "colours" VALUES(1,'blue',60);
CREATE TABLE copies (
    image     INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    best      INTEGER NOT NULL,
    marked_at INTEGER NOT NULL
) STRICT;
INSERT INTO "copies" VALUES(3,1,1700000000000);
CREATE TABLE details (
    image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('sidecar', 'exif', 'xmp', 'iptc', 'provider', 'name')),
    told   TEXT NOT NULL,
    PRIMARY KEY (image, source)
) STRICT, WITHOUT ROWID;
INSERT INTO "details" VALUES(1,'exif','{}');
CREATE TABLE embeddings (
    image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    model  INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE,
    vector BLOB NOT NULL,
    PRIMARY KEY (image, model)
) STRICT;
INSERT INTO "embeddings" VALUES(1,1,X'0000003C000000000000000000000000');
INSERT INTO "embeddings" VALUES(2,1,X'00000000003C00000000000000000000');
INSERT INTO "embeddings" VALUES(3,1,X'000000000000003C0000000000000000');
CREATE TABLE failures (
    file      INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
    kind      TEXT NOT NULL,
    reason    TEXT NOT NULL,
    attempts  INTEGER NOT NULL,
    size      INTEGER NOT NULL,
    mtime_ns  INTEGER NOT NULL,
    failed_at INTEGER NOT NULL
) STRICT;
INSERT INTO "failures" VALUES(4,'not-an-image','text',1,10,1,1700000000000);
CREATE TABLE favourites (
    image    INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    added_at INTEGER NOT NULL
) STRICT;
INSERT INTO "favourites" VALUES(2,1700000000000);
CREATE TABLE feedback (
    query    TEXT NOT NULL,
    image    INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    verdict  TEXT NOT NULL CHECK (verdict IN ('hide', 'prefer')),
    added_at INTEGER NOT NULL,
    PRIMARY KEY (query, image)
) STRICT, WITHOUT ROWID;
INSERT INTO "feedback" VALUES('boat',3,'hide',1700000000000);
CREATE TABLE fetch_failures (
    run      INTEGER NOT NULL REFERENCES fetches (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    item     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "fetch_failures" VALUES(1,0,'b','status','404');
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
INSERT INTO "fetched" VALUES(1,'a',X'0303030303030303030303030303030303030303030303030303030303030303','{}',2,1700000000000,NULL);
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
INSERT INTO "fetches" VALUES(1,1,'example.org',1700000000000,1700000000000,'failed',0,1,0,1,0,'it was away',1700000000000);
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
INSERT INTO "files" VALUES(1,1,1,X'70696374757265732F312E6A7067',1,1,1,1000,2,33188,0,0,'present',1,NULL,1700000000000,0);
INSERT INTO "files" VALUES(2,1,1,X'70696374757265732F322E6A7067',2,1,1,1000,2,33188,0,0,'present',2,NULL,1700000000000,0);
INSERT INTO "files" VALUES(3,1,1,X'70696374757265732F332E6A7067',3,1,1,1000,2,33188,0,0,'present',3,NULL,1700000000000,0);
INSERT INTO "files" VALUES(4,1,1,X'70696374757265732F342E6A7067',4,1,1,10,2,33188,0,0,'present',NULL,NULL,1700000000000,0);
CREATE TABLE followers (
    name     TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    seen_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE generation_texts (
    image    INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    raw      BLOB NOT NULL,
    workflow BLOB NOT NULL,
    workflow_size INTEGER NOT NULL
) STRICT;
INSERT INTO "generation_texts" VALUES(3,X'726177',X'',0);
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
INSERT INTO "generations" VALUES(3,'generator','','m','7',NULL,NULL,'','',NULL,NULL);
CREATE TABLE history (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    query     TEXT NOT NULL UNIQUE,
    opened_at INTEGER NOT NULL
) STRICT;
INSERT INTO "history" VALUES(1,'boat',1700000000000);
CREATE TABLE holdings (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    image   INTEGER NOT NULL REFERENCES images (id),
    path    BLOB NOT NULL UNIQUE,
    name    BLOB NOT NULL,
    held_at INTEGER NOT NULL
) STRICT;
INSERT INTO "holdings" VALUES(1,2,X'2F6E6F77686572652F68656C642F322E6A7067',X'322E6A7067',1700000000000);
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
INSERT INTO "image_tags" VALUES(1,1,'user','active',NULL,1700000000000);
INSERT INTO "image_tags" VALUES(2,1,'rule','active',NULL,1700000000000);
INSERT INTO "image_tags" VALUES(2,2,'user','active',NULL,1700000000000);
INSERT INTO "image_tags" VALUES(3,1,'xmp','rejected',NULL,1700000000000);
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
INSERT INTO "images" VALUES(1,X'0101010101010101010101010101010101010101010101010101010101010101','image/jpeg',1000,40,30,NULL,NULL,1700000000000,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "images" VALUES(2,X'0202020202020202020202020202020202020202020202020202020202020202','image/jpeg',1000,40,30,NULL,NULL,1700000000000,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "images" VALUES(3,X'0303030303030303030303030303030303030303030303030303030303030303','image/jpeg',1000,40,30,NULL,NULL,1700000000000,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "looks" VALUES(1,1,1,2,30.0,X'0000000000000000000000000000000000000000000000000000000000000000',NULL,NULL,NULL,NULL,1,X'000000000000000000000000000000000000000000000000000000000000000000000000',0);
CREATE TABLE loras (
    image    INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    source   TEXT NOT NULL CHECK (source IN ('generator', 'sidecar')),
    position INTEGER NOT NULL,
    name     TEXT NOT NULL,
    weight   REAL,
    PRIMARY KEY (image, source, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "loras" VALUES(3,'generator',0,'small',0.5);
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('generation','00000000000000000000000000000000');
INSERT INTO "meta" VALUES('library','11111111111111111111111111111111');
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
INSERT INTO "models" VALUES(1,'frozen','1',8,1,0,'');
CREATE TABLE ratings (
    image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('user', 'sidecar', 'xattr', 'xmp')),
    rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    PRIMARY KEY (image, source)
) STRICT, WITHOUT ROWID;
INSERT INTO "ratings" VALUES(1,'user',4);
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
INSERT INTO "rewritten" VALUES(1,1,1,'/nowhere/pictures/1.jpg','frozen','0000000000000000000000000000000000000000000000000000000000000000','0101010101010101010101010101010101010101010101010101010101010101',1,'{}',1700000000000);
CREATE TABLE roots (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    volume     INTEGER NOT NULL REFERENCES volumes (id),
    path       BLOB NOT NULL,
    position   INTEGER NOT NULL,
    added_at   INTEGER NOT NULL,
    removed_at INTEGER,
    UNIQUE (volume, path)
) STRICT;
INSERT INTO "roots" VALUES(1,1,X'7069637475726573',0,1700000000000,NULL);
CREATE TABLE ruled (
    rule  INTEGER NOT NULL,
    image INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    PRIMARY KEY (rule, image)
) STRICT, WITHOUT ROWID;
INSERT INTO "ruled" VALUES(1,2);
CREATE TABLE rules (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    query      TEXT NOT NULL,
    level      TEXT NOT NULL CHECK (level IN ('strict', 'default', 'loose', 'all')),
    tag        INTEGER NOT NULL REFERENCES tags (id),
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO "rules" VALUES(1,'boat','strict',1,1700000000000);
CREATE TABLE rules_asked (
    rule INTEGER PRIMARY KEY REFERENCES rules (id) ON DELETE CASCADE
) STRICT;
INSERT INTO "rules_asked" VALUES(1);
CREATE TABLE saved (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL UNIQUE CHECK (name <> '' AND instr(name, '/') = 0),
    query      TEXT NOT NULL,
    level      TEXT NOT NULL CHECK (level IN ('strict', 'default', 'loose', 'all')),
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO "saved" VALUES(1,'boats','boat','default',1700000000000);
CREATE TABLE saved_followed (
    saved       INTEGER PRIMARY KEY REFERENCES saved (id) ON DELETE CASCADE,
    asked       TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    since       INTEGER NOT NULL
) STRICT;
INSERT INTO "saved_followed" VALUES(1,'default boat','frozen',1700000000000);
CREATE TABLE saved_members (
    saved      INTEGER NOT NULL REFERENCES saved (id) ON DELETE CASCADE,
    image      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    entered_at INTEGER NOT NULL,
    left_at    INTEGER,
    PRIMARY KEY (saved, image, entered_at)
) STRICT, WITHOUT ROWID;
INSERT INTO "saved_members" VALUES(1,1,1700000000000,1700000000001);
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
INSERT INTO "sidecars" VALUES(1,1,X'70696374757265732F312E6A70672E786D70',X'70696374757265732F312E6A7067',5,1,1,100,'{}','');
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
INSERT INTO "subscriptions" VALUES(1,'https://example.org/feed','example.org','feed',3600,10,'/nowhere/fetched',2,1,1700000000000);
CREATE TABLE tags (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    parent     INTEGER REFERENCES tags (id),
    name       TEXT NOT NULL CHECK (name <> '' AND name NOT IN ('.', '..') AND instr(name, '/') = 0),
    created_at INTEGER NOT NULL,
    listed     INTEGER NOT NULL DEFAULT 1 CHECK (listed IN (0, 1))
) STRICT;
INSERT INTO "tags" VALUES(1,NULL,'holiday',1700000000000,1);
INSERT INTO "tags" VALUES(2,1,'sea',1700000000000,1);
CREATE TABLE texts (
    image  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    kind   TEXT NOT NULL,
    source TEXT NOT NULL,
    text   TEXT NOT NULL,
    PRIMARY KEY (image, kind, source)
) STRICT, WITHOUT ROWID;
INSERT INTO "texts" VALUES(1,'title','user','The harbour');
CREATE TABLE told_by (
    teller     TEXT NOT NULL,
    image      INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    version    TEXT NOT NULL,
    outcome    TEXT NOT NULL CHECK (outcome IN ('told', 'nothing', 'unlike', 'failed')),
    confidence REAL,
    PRIMARY KEY (teller, image)
) STRICT, WITHOUT ROWID;
INSERT INTO "told_by" VALUES('ocr:frozen',1,'1','nothing',NULL);
CREATE TABLE trashed (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    image      INTEGER NOT NULL,
    place      TEXT NOT NULL,
    held       TEXT NOT NULL,
    note       TEXT NOT NULL,
    trashed_at INTEGER NOT NULL
) STRICT;
INSERT INTO "trashed" VALUES(1,9,'/nowhere/9.jpg','9.jpg','9.jpg.trashinfo',1700000000000);
CREATE TABLE volumes (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT NOT NULL CHECK (kind IN ('local', 'network')),
    fs_uuid     TEXT UNIQUE,
    fingerprint TEXT UNIQUE,
    mount_point BLOB,
    last_mount_point BLOB,
    CHECK (fs_uuid IS NOT NULL OR fingerprint IS NOT NULL)
) STRICT;
INSERT INTO "volumes" VALUES(1,'local','frozen',NULL,X'2F6E6F7768657265',NULL);
CREATE TABLE written_back (
    file   INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
    wish   TEXT,
    traces TEXT NOT NULL
) STRICT;
INSERT INTO "written_back" VALUES(1,'{"tags":["holiday"]}','{"added":["holiday"]}');
CREATE TABLE written_files (
    file   INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
    wish   TEXT,
    traces TEXT NOT NULL
) STRICT;
INSERT INTO "written_files" VALUES(1,'{"tags":["holiday"]}','{"added":["holiday"]}');
CREATE TABLE written_sidecars (
    file   INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
    wish   TEXT,
    traces TEXT NOT NULL
) STRICT;
INSERT INTO "written_sidecars" VALUES(1,'{"tags":["holiday"]}','{"added":["holiday"]}');
CREATE INDEX images_by_taken ON images (taken_at);
CREATE INDEX images_by_added ON images (added_at);
CREATE INDEX colours_by_share ON colours (colour, share);
CREATE INDEX files_by_image ON files (image);
CREATE INDEX files_private ON files (image) WHERE private = 1;
CREATE INDEX files_by_inode ON files (volume, inode);
CREATE INDEX files_by_root ON files (root);
CREATE INDEX files_pending ON files (id) WHERE image IS NULL AND state = 'present';
CREATE INDEX sidecars_by_subject ON sidecars (volume, subject);
CREATE UNIQUE INDEX one_active_model ON models (active) WHERE active = 1;
CREATE UNIQUE INDEX one_wanted_model ON models (wanted) WHERE wanted = 1;
CREATE UNIQUE INDEX tags_by_name ON tags (coalesce(parent, 0), name);
CREATE INDEX image_tags_by_tag ON image_tags (tag, state, source, image);
CREATE INDEX ruled_by_image ON ruled (image);
CREATE INDEX fetches_by_subscription ON fetches (subscription, id);
CREATE INDEX fetches_by_site ON fetches (site, began_at);
CREATE INDEX fetched_by_hash ON fetched (hash);
CREATE INDEX fetched_by_tag ON fetched (tag);
CREATE INDEX told_by_image ON told_by (image);
CREATE INDEX generations_by_model ON generations (model);
CREATE INDEX generations_by_seed ON generations (seed) WHERE seed <> '';
CREATE INDEX loras_by_name ON loras (name, image);
CREATE INDEX copies_by_best ON copies (best);
CREATE INDEX saved_members_by_image ON saved_members (image);
CREATE INDEX holdings_by_image ON holdings (image);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('volumes',1);
INSERT INTO "sqlite_sequence" VALUES('roots',1);
INSERT INTO "sqlite_sequence" VALUES('models',1);
INSERT INTO "sqlite_sequence" VALUES('images',3);
INSERT INTO "sqlite_sequence" VALUES('files',4);
INSERT INTO "sqlite_sequence" VALUES('changes',3);
INSERT INTO "sqlite_sequence" VALUES('tags',2);
INSERT INTO "sqlite_sequence" VALUES('albums',1);
INSERT INTO "sqlite_sequence" VALUES('saved',1);
INSERT INTO "sqlite_sequence" VALUES('history',1);
INSERT INTO "sqlite_sequence" VALUES('actions',3);
INSERT INTO "sqlite_sequence" VALUES('rules',1);
INSERT INTO "sqlite_sequence" VALUES('subscriptions',1);
INSERT INTO "sqlite_sequence" VALUES('fetches',1);
INSERT INTO "sqlite_sequence" VALUES('holdings',1);
INSERT INTO "sqlite_sequence" VALUES('trashed',1);
INSERT INTO "sqlite_sequence" VALUES('rewritten',1);
COMMIT;
PRAGMA user_version = 18;
