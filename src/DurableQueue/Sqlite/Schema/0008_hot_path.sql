-- Tokens of checkouts that were answered before their sync: a power loss may forget such a checkout, and its token must not be given again.
ALTER TABLE queue_state ADD COLUMN token_floor INTEGER NOT NULL DEFAULT 0;      -- no checkout gives a lower token
ALTER TABLE queue_state ADD COLUMN unsynced_tokens INTEGER NOT NULL DEFAULT 0;  -- no checkout without a sync has given a higher one
ALTER TABLE queue_state ADD COLUMN unsynced_boot TEXT;                          -- the boot of the system in which they were given; NULL: none were
