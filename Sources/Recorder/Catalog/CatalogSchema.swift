import GRDB

/// The catalog's tables.
///
/// A change is a new migration behind the last one, never an edit of one that was shipped.
enum CatalogSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: version1) }
        migrator.registerMigration("2") { try $0.execute(sql: version2) }
        migrator.registerMigration("3") { try $0.execute(sql: version3) }
        return migrator
    }

    /// Few indexes, as each costs every exchange about a microsecond: time order, errors, conversations, ids.
    ///
    /// The rowid is the exchange's number, which every index carries and which breaks ties in time order.
    ///
    /// `segments.last_head` holds the length and checksum of the last frame that was indexed: another file under the same
    /// name is found out by it.
    private static let version1 = """
        CREATE TABLE exchanges (
            number INTEGER PRIMARY KEY,
            started_at INTEGER NOT NULL,
            is_error INTEGER NOT NULL,
            segment INTEGER NOT NULL,
            frame_offset INTEGER NOT NULL,
            status INTEGER,
            attempts INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            ttfb INTEGER,
            longest_gap INTEGER,
            request_bytes INTEGER NOT NULL,
            response_bytes INTEGER NOT NULL,
            tokens_known INTEGER NOT NULL,
            tokens_input INTEGER,
            tokens_output INTEGER,
            tokens_cache_read INTEGER,
            tokens_cache_write_5m INTEGER,
            tokens_cache_write_1h INTEGER,
            cost_picodollars INTEGER,
            stream INTEGER,
            model TEXT,
            account TEXT,
            session TEXT,
            user TEXT,
            client_key TEXT,
            method TEXT NOT NULL,
            path TEXT NOT NULL,
            error_type TEXT,
            target TEXT,
            ending TEXT NOT NULL,
            bundle TEXT,
            id TEXT NOT NULL
        ) STRICT;
        CREATE INDEX exchanges_by_start ON exchanges(started_at);
        CREATE INDEX exchanges_errors ON exchanges(started_at) WHERE is_error = 1;
        CREATE INDEX exchanges_by_session ON exchanges(session, started_at) WHERE session IS NOT NULL;
        CREATE UNIQUE INDEX exchanges_by_id ON exchanges(id);
        CREATE TABLE segments (
            number INTEGER PRIMARY KEY,
            indexed_to INTEGER NOT NULL,
            last_frame INTEGER NOT NULL,
            last_head INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE gaps (
            segment INTEGER NOT NULL,
            frame_offset INTEGER NOT NULL,
            from_time INTEGER NOT NULL,
            until_time INTEGER NOT NULL,
            reason TEXT NOT NULL,
            exchanges INTEGER NOT NULL,
            PRIMARY KEY (segment, frame_offset)
        ) STRICT, WITHOUT ROWID;
        """

    /// Sealed bundles, so that what lies in them is indexed once; a bundle that is not in the table is read again.
    private static let version2 = """
        ALTER TABLE exchanges ADD COLUMN replay_of TEXT;
        CREATE TABLE bundles (
            name TEXT PRIMARY KEY,
            bytes INTEGER NOT NULL,
            modified INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX exchanges_by_bundle ON exchanges(bundle) WHERE bundle IS NOT NULL;
        """

    /// The kind of the last attempt, and the attempts before it, which few exchanges have.
    ///
    /// Rows of before lack both: they are dropped and follow from segments and bundles again.
    private static let version3 = """
        DELETE FROM exchanges;
        DELETE FROM segments;
        DELETE FROM gaps;
        DELETE FROM bundles;
        ALTER TABLE exchanges ADD COLUMN kind TEXT;
        CREATE TABLE attempts (
            number INTEGER NOT NULL REFERENCES exchanges(number) ON DELETE CASCADE,
            ordinal INTEGER NOT NULL,
            target TEXT NOT NULL,
            account TEXT,
            kind TEXT NOT NULL,
            status INTEGER,
            duration INTEGER NOT NULL,
            PRIMARY KEY (number, ordinal)
        ) STRICT, WITHOUT ROWID;
        """
}
