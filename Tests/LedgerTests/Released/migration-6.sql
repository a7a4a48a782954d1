-- What somebody who knows of it does not want to be told: when that ends, milliseconds, and all of it, JSON, see StoredMute.swift.
-- No number is ever given twice.
CREATE TABLE mute (number INTEGER PRIMARY KEY AUTOINCREMENT, until INTEGER NOT NULL, document TEXT NOT NULL)
;;
