-- What somebody who knows of it does not want to be told, JSON, see StoredMute.swift. No number is ever given twice.
CREATE TABLE mute (number INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL)
;;
