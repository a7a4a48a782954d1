-- Which opening recorded which changes, see Epochs.swift: its first one. What was recorded before has no name.
CREATE TABLE epoch (
    first INTEGER PRIMARY KEY, id TEXT NOT NULL,
    digest INTEGER NOT NULL           -- of all this
);
;;
-- A severity that only a later release knows is found as well.
DROP INDEX change_by_urgency
;;
CREATE INDEX change_by_urgency ON change (severity) WHERE severity NOT IN ('notice', 'info')
;;
DELETE FROM epoch WHERE first > ?
;;
INSERT OR REPLACE INTO epoch VALUES (?, ?, ?)
;;
