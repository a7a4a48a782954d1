CREATE TABLE ledger (id TEXT NOT NULL)
;;
CREATE TABLE account (name TEXT PRIMARY KEY, waba_id TEXT NOT NULL) WITHOUT ROWID
;;
-- What things have in common but their id, so that a row names it in a byte or two. '' stands for "no phone number".
-- Rows stay: past changes point at them, and there are no more of them than numbers times kinds.
CREATE TABLE place (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL, kind TEXT NOT NULL, phone_number_id TEXT NOT NULL,
    digest INTEGER NOT NULL,          -- of all this
    UNIQUE (account, kind, phone_number_id)
)
;;
-- What one look covers.
CREATE TABLE unit (
    place INTEGER PRIMARY KEY,
    asked TEXT NOT NULL,              -- JSON array of member names
    confirmed_at INTEGER NOT NULL,    -- last complete look, milliseconds
    digest INTEGER NOT NULL           -- of all its resources and what was asked, see Digest.swift
)
;;
CREATE TABLE resource (
    place INTEGER NOT NULL, id TEXT NOT NULL,
    document NOT NULL,                -- canonical JSON in its compared form, or a number, see Stored.swift
    changed_at INTEGER NOT NULL,
    confirmed_at INTEGER,             -- of a watch, and of what looks have missed since; the unit's otherwise
    misses INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (place, id)
) WITHOUT ROWID
;;
CREATE TABLE change (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    observed_at INTEGER NOT NULL,
    place INTEGER NOT NULL, id TEXT NOT NULL,
    operation TEXT NOT NULL, origin TEXT NOT NULL, severity TEXT NOT NULL,
    fields TEXT,                      -- JSON array of pointers
    before, after,                    -- like a resource's document
    summary TEXT NOT NULL,
    digest INTEGER NOT NULL           -- of all this but the sequence
)
;;
-- For the filters of History. Every one holds the sequence as well.
CREATE INDEX change_by_id ON change (id)
;;
CREATE INDEX change_by_place ON change (place)
;;
CREATE INDEX change_by_time ON change (observed_at)
;;
CREATE INDEX change_by_urgency ON change (severity) WHERE severity IN ('critical', 'warning')
;;
CREATE TABLE announcer (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID
;;
INSERT INTO ledger VALUES (lower(hex(randomblob(8))))
;;
