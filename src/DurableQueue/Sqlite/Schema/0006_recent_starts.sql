-- The latest of what meters of starts counted, of all meters together: a few pages, where their entries have one each. Moved there a thousand at a time,
-- and those of one meter when it is near its cap.
CREATE TABLE budget_recent (
  meter_id INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (meter_id, at_ms)
) WITHOUT ROWID;
