import GRDB
import WhatsAppBusiness

/// The tables, and how every released schema becomes this one.
enum Schema {
    /// What the index of urgent changes holds.
    static let urgent = "severity NOT IN ('notice', 'info')"

    static let migrator = migrator(kinds: Kind.allCases.map(\.rawValue))

    /// The kinds that the first releases of schema 5 know. No other is ever added here: it is a schema of its own.
    private static let firstKinds: Set = [
        "account", "subscribed_app", "phone_number", "phone_number_settings", "business_profile", "commerce_settings", "blocked_user",
        "qr_code", "message_template", "watch",
    ]

    /// The schemas of a release that knows these kinds. One more kind changes no table, and is a schema all the same: a release that does not know it
    /// refuses the ledger, as it does one with tables that it does not know.
    static func migrator(kinds: [String]) -> DatabaseMigrator {
        var migrator = tables
        for kind in kinds where !firstKinds.contains(kind) { migrator.registerMigration("kind \(kind)") { _ in } }
        return migrator
    }

    private static let tables: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE ledger (id TEXT NOT NULL);

                    CREATE TABLE account (name TEXT PRIMARY KEY, waba_id TEXT NOT NULL) WITHOUT ROWID;

                    -- What things have in common but their id, so that a row names it in a byte or two. '' stands for "no phone number".
                    -- Rows stay: past changes point at them, and there are no more of them than numbers times kinds.
                    CREATE TABLE place (
                        id INTEGER PRIMARY KEY,
                        account TEXT NOT NULL, kind TEXT NOT NULL, phone_number_id TEXT NOT NULL,
                        digest INTEGER NOT NULL,          -- of all this
                        UNIQUE (account, kind, phone_number_id)
                    );

                    -- What one look covers.
                    CREATE TABLE unit (
                        place INTEGER PRIMARY KEY,
                        asked TEXT NOT NULL,              -- JSON array of member names
                        confirmed_at INTEGER NOT NULL,    -- last complete look, milliseconds
                        digest INTEGER NOT NULL           -- of all its resources and what was asked, see Digest.swift
                    );

                    CREATE TABLE resource (
                        place INTEGER NOT NULL, id TEXT NOT NULL,
                        document NOT NULL,                -- canonical JSON in its compared form, or a number, see Stored.swift
                        changed_at INTEGER NOT NULL,
                        confirmed_at INTEGER,             -- of a watch, and of what looks have missed since; the unit's otherwise
                        misses INTEGER NOT NULL DEFAULT 0,
                        PRIMARY KEY (place, id)
                    ) WITHOUT ROWID;

                    CREATE TABLE change (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        observed_at INTEGER NOT NULL,
                        place INTEGER NOT NULL, id TEXT NOT NULL,
                        operation TEXT NOT NULL, origin TEXT NOT NULL, severity TEXT NOT NULL,
                        fields TEXT,                      -- JSON array of pointers
                        before, after,                    -- like a resource's document
                        summary TEXT NOT NULL,
                        digest INTEGER NOT NULL           -- of all this but the sequence
                    );
                    -- For the filters of History. Every one holds the sequence as well.
                    CREATE INDEX change_by_id ON change (id);
                    CREATE INDEX change_by_place ON change (place);
                    CREATE INDEX change_by_time ON change (observed_at);
                    CREATE INDEX change_by_urgency ON change (severity) WHERE severity IN ('critical', 'warning');

                    CREATE TABLE announcer (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;

                    INSERT INTO ledger VALUES (lower(hex(randomblob(8))));
                    """)
        }
        migrator.registerMigration("2") { database in
            // What is known of an account's budget, JSON: a restart must not forget the calls of the last hour.
            try database.execute(sql: "CREATE TABLE budget (account TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID")
        }
        migrator.registerMigration("3") { database in
            try database.execute(
                sql: """
                    -- Which opening recorded which changes, see Epochs.swift: its first one. What was recorded before has no name.
                    CREATE TABLE epoch (
                        first INTEGER PRIMARY KEY, id TEXT NOT NULL,
                        digest INTEGER NOT NULL           -- of all this
                    );
                    -- A severity that only a later release knows is found as well.
                    DROP INDEX change_by_urgency;
                    CREATE INDEX change_by_urgency ON change (severity) WHERE \(urgent);
                    """)
            try Epochs.write((first: 0, id: ""), database)
        }
        migrator.registerMigration("4") { database in
            // Other ids of things that are kept under one of theirs: a blocked user's number and id, either of which may come or go.
            try database.execute(
                sql: """
                    CREATE TABLE other_id (place INTEGER NOT NULL, id TEXT NOT NULL, other TEXT NOT NULL, PRIMARY KEY (place, id, other))
                    WITHOUT ROWID
                    """)
        }
        migrator.registerMigration("5") { database in
            try database.execute(
                sql: """
                    -- What was recorded together, by the sequence of its first change; and who caused it, where a command did. Both are missing from
                    -- what was recorded before, and then from its digest.
                    ALTER TABLE change ADD COLUMN transaction_id INTEGER;
                    ALTER TABLE change ADD COLUMN actor TEXT;
                    """)
        }
        migrator.registerMigration("6") { database in
            try database.execute(
                sql: """
                    -- What somebody who knows of it does not want to be told: when that ends, milliseconds, and all of it, JSON, see StoredMute.swift.
                    -- No number is ever given twice.
                    CREATE TABLE mute (number INTEGER PRIMARY KEY AUTOINCREMENT, until INTEGER NOT NULL, document TEXT NOT NULL)
                    """)
        }
        migrator.registerMigration("7") { database in
            try database.execute(
                sql: """
                    -- Which reports of webhooks are recorded, by the digests of what Meta sent, see WebhookDigest.swift: each comes several times.
                    CREATE TABLE report (
                        number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE,
                        reported_at INTEGER NOT NULL      -- milliseconds
                    );
                    CREATE INDEX report_by_time ON report (reported_at);
                    """)
        }
        migrator.registerMigration("8") { database in
            try database.execute(
                sql: """
                    -- Actions at Meta that have begun and are not done with, each written before its first request leaves: what and whose it is, JSON, see
                    -- BegunAction.swift; what came of it, in words, once that is known; and whether the journal has it. No number is ever given twice.
                    CREATE TABLE begun_action (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        begun_at INTEGER NOT NULL,        -- milliseconds
                        document TEXT NOT NULL,
                        result TEXT, is_whole INTEGER NOT NULL DEFAULT 0,
                        is_told INTEGER NOT NULL DEFAULT 0
                    )
                    """)
        }
        return migrator
    }()
}
