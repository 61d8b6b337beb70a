-- The latest of what meters of starts counted, of all meters together: a few pages, where their entries have one each. About two thousand rows; some
-- are made entries when there are more, and those of one meter when its window has to be looked at.
CREATE TABLE budget_recent (
  meter_id INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (meter_id, at_ms)
) WITHOUT ROWID;
