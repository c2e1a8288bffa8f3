-- progress.db, version 1.
--
-- `event` is the truth: one row per graded answer and per undo, appended, never changed (the
-- triggers hold that against our own mistakes too). `card` is derived from it, kept in step inside
-- the same transaction so that opening is fast, and can be rebuilt at any time. `session` holds the
-- plan of a quiz so that it can be continued after a kill.
--
-- Days are study days (days since 1970-01-01 local, rolled over at 04:00), instants are ms UTC.

CREATE TABLE event (
  seq        INTEGER PRIMARY KEY,
  at_ms      INTEGER NOT NULL,
  day        INTEGER NOT NULL,
  kind       TEXT    NOT NULL CHECK (kind IN ('review', 'undo')),
  card       TEXT    NOT NULL,                      -- question[#form[n]]
  asked      TEXT,                                  -- self type choice multi cloze order predict
  grade      INTEGER CHECK (grade BETWEEN 1 AND 4),
  suggested  INTEGER CHECK (suggested BETWEEN 1 AND 4),
  seconds    REAL,
  limit_s    INTEGER,
  hints      INTEGER NOT NULL DEFAULT 0,
  peeked     INTEGER NOT NULL DEFAULT 0,
  answer     TEXT,
  hit        TEXT,                                  -- JSON array of sentences, as missed and wrong
  missed     TEXT,
  wrong      TEXT,
  session    INTEGER REFERENCES session (id),
  target     INTEGER REFERENCES event (seq),        -- the review an undo takes back
  CHECK ((kind = 'review') = (grade IS NOT NULL)),
  CHECK ((kind = 'undo')   = (target IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX event_undone_once ON event (target) WHERE target IS NOT NULL;
CREATE INDEX event_of_card ON event (card, seq);

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE (ABORT, 'event is append-only'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE (ABORT, 'event is append-only'); END;

CREATE TABLE card (
  card       TEXT    PRIMARY KEY,
  stability  REAL    NOT NULL,
  difficulty REAL    NOT NULL,
  due_day    INTEGER,                               -- exactly one of due_day and due_ms
  due_ms     INTEGER,
  last_ms    INTEGER NOT NULL,
  last_day   INTEGER NOT NULL,
  first_day  INTEGER NOT NULL,
  reps       INTEGER NOT NULL,
  lapses     INTEGER NOT NULL,
  relearning INTEGER NOT NULL,
  last_grade INTEGER NOT NULL,
  CHECK ((due_day IS NULL) <> (due_ms IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  id         INTEGER PRIMARY KEY,
  started_ms INTEGER NOT NULL,
  plan       TEXT    NOT NULL,                      -- JSON, see study::session::Plan
  closed_ms  INTEGER
) STRICT;
