-- Which reports of webhooks are recorded, by the digests of what Meta sent, see WebhookDigest.swift: each comes several times.
CREATE TABLE report (
    number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE,
    reported_at INTEGER NOT NULL      -- milliseconds
);
;;
CREATE INDEX report_by_time ON report (reported_at)
;;
