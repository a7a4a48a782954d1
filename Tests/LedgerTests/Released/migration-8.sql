-- Actions at Meta that have begun and are not done with, each written before its first request leaves: what and whose it is, JSON, see
-- BegunAction.swift; what came of it, in words, once that is known; and whether the journal has it. No number is ever given twice.
CREATE TABLE begun_action (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    begun_at INTEGER NOT NULL,        -- milliseconds
    document TEXT NOT NULL,
    result TEXT, is_whole INTEGER NOT NULL DEFAULT 0,
    is_told INTEGER NOT NULL DEFAULT 0
)
;;
