-- Notifications say where their task belongs, carry data for programs, and may be void for those who have not got them.
ALTER TABLE notification ADD COLUMN group_name TEXT;                      -- of the task when it was raised: the task may be gone
ALTER TABLE notification ADD COLUMN label TEXT;
ALTER TABLE notification ADD COLUMN data TEXT;
ALTER TABLE notification ADD COLUMN void_state INTEGER NOT NULL DEFAULT 0; -- 1: void once its task is cancelled or removed; 2: it is. The number and key stay used
CREATE INDEX notification_voidable ON notification (task_id) WHERE void_state = 1;

-- A gate may be about the text of commands. budget.kind and budget_meter.kind have one more number, 3: name is then the pattern.
ALTER TABLE task_gate ADD COLUMN command TEXT;
