/// The tables of passings.
///
/// A passing's row is written once and stays as it is: it is appended at the end of its file's rows. What becomes of
/// passings - sent, refused, doubted, confirmed - is kept as spans of numbers beside them. A session file without
/// trouble has a handful of spans however many passings it has, so that little is written to the SD card, and opening a
/// file or finding the oldest waiting passing takes the same time with a million of them as with ten.
enum PassingSchema {
  static let step = """
    CREATE TABLE reader (
      serial_number TEXT NOT NULL PRIMARY KEY,
      first_contact_ms INTEGER NOT NULL,
      first_file TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE zone (zone_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE boot (boot_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

    CREATE TABLE file (
      file_id INTEGER PRIMARY KEY,
      serial_number TEXT NOT NULL,
      name TEXT NOT NULL,
      first_contact_ms INTEGER NOT NULL,
      stored INTEGER NOT NULL DEFAULT 0,
      acknowledged INTEGER NOT NULL DEFAULT 0,
      rejected INTEGER NOT NULL DEFAULT 0,
      unconfirmed INTEGER NOT NULL DEFAULT 0,
      lost INTEGER NOT NULL DEFAULT 0,
      removed INTEGER NOT NULL DEFAULT 0,
      differences INTEGER NOT NULL DEFAULT 0,
      reader_count INTEGER,
      is_settled INTEGER NOT NULL DEFAULT 0,
      earliest_utc_ms INTEGER,
      latest_utc_ms INTEGER,
      UNIQUE (serial_number, name)
    ) STRICT;

    CREATE TABLE passing (
      passing_id INTEGER PRIMARY KEY,
      utc_ms INTEGER NOT NULL,
      arrived_ms INTEGER NOT NULL,
      arrived_ns INTEGER NOT NULL,
      zone_id INTEGER NOT NULL,
      boot_id INTEGER NOT NULL,
      host_synchronised INTEGER NOT NULL,
      origin INTEGER NOT NULL,
      trust INTEGER NOT NULL,
      frame TEXT NOT NULL,
      file_id INTEGER GENERATED ALWAYS AS (passing_id >> 32) VIRTUAL,
      number INTEGER GENERATED ALWAYS AS (passing_id & 4294967295) VIRTUAL,
      chip TEXT GENERATED ALWAYS AS (
        substr(frame, instr(frame, ';') + 1, 2) || substr(frame, instr(frame, ';') + 4, 5)) VIRTUAL,
      local_time TEXT GENERATED ALWAYS AS (
        substr(frame, instr(frame, ';') + 10, 10) || ' ' || substr(frame, instr(frame, ';') + 21, 12)) VIRTUAL,
      antenna TEXT GENERATED ALWAYS AS (substr(frame, instr(frame, ';') + 34, 1)) VIRTUAL,
      reads TEXT GENERATED ALWAYS AS (
        substr(frame, instr(frame, ';') + 36, length(frame) - instr(frame, ';') - 41)) VIRTUAL
    ) STRICT;

    CREATE TABLE span (
      file_id INTEGER NOT NULL,
      kind INTEGER NOT NULL,
      low INTEGER NOT NULL,
      high INTEGER NOT NULL,
      PRIMARY KEY (file_id, kind, low)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE rejection (
      file_id INTEGER NOT NULL,
      number INTEGER NOT NULL,
      reason TEXT NOT NULL,
      rejected_ms INTEGER NOT NULL,
      PRIMARY KEY (file_id, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE cloud_session (
      file_id INTEGER NOT NULL,
      cloud TEXT NOT NULL,
      deviceid TEXT NOT NULL,
      token TEXT,
      alias TEXT NOT NULL,
      standing TEXT NOT NULL,
      asked_ms INTEGER NOT NULL,
      acknowledged_before INTEGER NOT NULL,
      PRIMARY KEY (file_id, cloud)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE difference (
      difference_id INTEGER PRIMARY KEY,
      file_id INTEGER NOT NULL,
      number INTEGER NOT NULL,
      stored TEXT NOT NULL,
      memory TEXT NOT NULL,
      was_sent INTEGER NOT NULL,
      noted_ms INTEGER NOT NULL,
      UNIQUE (file_id, number, stored, memory)
    ) STRICT;

    CREATE TABLE doubtful_frame (
      doubtful_id INTEGER PRIMARY KEY,
      file_id INTEGER NOT NULL,
      reason TEXT NOT NULL,
      frame TEXT NOT NULL,
      arrived_ms INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX doubtful_frame_of_file ON doubtful_frame (file_id);

    CREATE TABLE doubtful_count (
      file_id INTEGER PRIMARY KEY,
      kept INTEGER NOT NULL DEFAULT 0,
      settled INTEGER NOT NULL DEFAULT 0,
      dropped INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE salvage (
      name TEXT NOT NULL PRIMARY KEY,
      finished_ms INTEGER
    ) STRICT, WITHOUT ROWID;
    """

  /// What is known of a passing's time: how sure its UTC is, who named its zone, which zone it had before that was
  /// corrected; and, in spans that the file counts, whether the reader's clock had jumped.
  static let timeStep = """
    ALTER TABLE file ADD COLUMN jumped INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE file ADD COLUMN undecided INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE file ADD COLUMN retimed INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE file ADD COLUMN mistimed INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE passing ADD COLUMN certainty INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE passing ADD COLUMN zone_source INTEGER NOT NULL DEFAULT 0;

    CREATE TABLE former_zone (
      former_id INTEGER PRIMARY KEY,
      file_id INTEGER NOT NULL,
      low INTEGER NOT NULL,
      high INTEGER NOT NULL,
      zone_id INTEGER NOT NULL,
      noted_ms INTEGER NOT NULL
    ) STRICT;
    """

  /// A session counts what is acknowledged in it, not what was acknowledged before it.
  static let countStep = """
    ALTER TABLE cloud_session RENAME COLUMN acknowledged_before TO acknowledged;
    UPDATE cloud_session SET acknowledged = max(0, coalesce(
      (SELECT file.acknowledged FROM file WHERE file.file_id = cloud_session.file_id), 0) - acknowledged);
    """

  /// What the frame says is told of passings of 8 and of 13 fields, and of chips of any length. No field in front of the
  /// time has a colon, and date, time and antenna have fixed widths.
  static let formStep = """
    ALTER TABLE passing DROP COLUMN chip;
    ALTER TABLE passing DROP COLUMN local_time;
    ALTER TABLE passing DROP COLUMN antenna;
    ALTER TABLE passing DROP COLUMN reads;
    ALTER TABLE passing ADD COLUMN chip TEXT GENERATED ALWAYS AS (replace(
      substr(frame, instr(frame, ';') + 1, instr(frame, ':') - 15 - instr(frame, ';')), ';', '')) VIRTUAL;
    ALTER TABLE passing ADD COLUMN local_time TEXT GENERATED ALWAYS AS (
      substr(frame, instr(frame, ':') - 13, 10) || ' ' || substr(frame, instr(frame, ':') - 2, 12)) VIRTUAL;
    ALTER TABLE passing ADD COLUMN antenna TEXT GENERATED ALWAYS AS (
      substr(frame, instr(frame, ':') + 11, 1)) VIRTUAL;
    ALTER TABLE passing ADD COLUMN reads TEXT GENERATED ALWAYS AS (substr(
      frame, instr(frame, ':') + 13, instr(substr(frame, instr(frame, ':') + 13), ';') - 1)) VIRTUAL;
    ALTER TABLE passing ADD COLUMN epc TEXT GENERATED ALWAYS AS (CASE
      WHEN length(frame) - length(replace(frame, ';', '')) = 12 THEN substr(
        frame, instr(frame, ':') + 14 + length(reads),
        instr(substr(frame, instr(frame, ':') + 14 + length(reads)), ';') - 1) END) VIRTUAL;
    ALTER TABLE passing ADD COLUMN reserved TEXT GENERATED ALWAYS AS (CASE
      WHEN epc IS NOT NULL THEN substr(
        frame, instr(frame, ':') + 15 + length(reads) + length(epc),
        length(frame) - instr(frame, ':') - 20 - length(reads) - length(epc)) END) VIRTUAL;
    """

  /// Each passing that is believed, or lost, has the number of its last change (`ChangeTable`). What is stored already gets
  /// the first ones, file by file. The name of a life is a number: a table with a number and a text in each row could not be told
  /// from that of the zones by its pages alone. Each file names its zone, so that not all hangs on the page of the zones.
  static let changeStep = """
    CREATE TABLE change (
      first INTEGER PRIMARY KEY,
      file_id INTEGER NOT NULL,
      low INTEGER NOT NULL,
      high INTEGER NOT NULL,
      kind INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX change_of_file ON change (file_id, low);

    CREATE TABLE change_epoch (first INTEGER PRIMARY KEY, name INTEGER NOT NULL) STRICT;

    INSERT INTO change (first, file_id, low, high, kind)
      SELECT 1 + coalesce(sum(high - low + 1) OVER (
          ORDER BY file_id, low ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0),
        file_id, low, high, CASE kind WHEN 5 THEN 3 ELSE 0 END
      FROM span WHERE kind IN (0, 2, 3, 5);
    INSERT INTO change_epoch (first, name) SELECT 1, random() FROM change LIMIT 1;

    ALTER TABLE file ADD COLUMN zone TEXT;
    UPDATE file SET zone = (SELECT zone.name FROM passing JOIN zone USING (zone_id)
      WHERE passing_id BETWEEN file.file_id << 32 AND (file.file_id << 32 | 4294967295)
      ORDER BY passing_id DESC LIMIT 1);
    """
}
