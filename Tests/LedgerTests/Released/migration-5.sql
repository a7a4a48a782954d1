-- What was recorded together, by the sequence of its first change; and who caused it, where a command did. Both are missing from
-- what was recorded before, and then from its digest.
ALTER TABLE change ADD COLUMN transaction_id INTEGER;
;;
ALTER TABLE change ADD COLUMN actor TEXT
;;
