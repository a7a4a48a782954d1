#pragma once

/// Puts an open connection into SQLite's defensive mode (SQLITE_DBCONFIG_DEFENSIVE): no statement can write to the schema's or the file's own
/// structures. Returns SQLITE_OK, or why not.
int csqlite_defend(void *connection);
