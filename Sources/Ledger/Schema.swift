import GRDB

/// The tables, and how every released schema becomes this one.
enum Schema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE ledger (id TEXT NOT NULL);

                    CREATE TABLE account (name TEXT PRIMARY KEY, waba_id TEXT NOT NULL) WITHOUT ROWID;

                    -- What one look covers. '' stands for "no phone number": it is part of the key.
                    CREATE TABLE unit (
                        account TEXT NOT NULL, kind TEXT NOT NULL, phone_number_id TEXT NOT NULL,
                        asked TEXT NOT NULL,              -- JSON array of member names
                        confirmed_at INTEGER NOT NULL,    -- last complete look, milliseconds
                        PRIMARY KEY (account, kind, phone_number_id)
                    ) WITHOUT ROWID;

                    CREATE TABLE resource (
                        account TEXT NOT NULL, kind TEXT NOT NULL, phone_number_id TEXT NOT NULL, id TEXT NOT NULL,
                        document TEXT NOT NULL,           -- canonical JSON in its compared form
                        changed_at INTEGER NOT NULL,
                        confirmed_at INTEGER NOT NULL,    -- the unit's is later, unless looks missed it
                        misses INTEGER NOT NULL DEFAULT 0,
                        PRIMARY KEY (account, kind, phone_number_id, id)
                    ) WITHOUT ROWID;

                    CREATE TABLE change (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        observed_at INTEGER NOT NULL,
                        account TEXT NOT NULL, kind TEXT NOT NULL, phone_number_id TEXT NOT NULL, id TEXT NOT NULL,
                        operation TEXT NOT NULL, origin TEXT NOT NULL, severity TEXT NOT NULL,
                        fields TEXT NOT NULL,             -- JSON array of pointers
                        before TEXT, after TEXT, summary TEXT NOT NULL
                    );

                    CREATE TABLE announcer (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;

                    INSERT INTO ledger VALUES (lower(hex(randomblob(8))));
                    """)
        }
        return migrator
    }()
}
