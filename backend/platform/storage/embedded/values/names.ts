/** The database whose collections are tables of the same name. */
export const defaultDatabase = "embedded";

// MongoDB allows it neither in a database's name nor in a collection's.
const separator = "$";

/** The table that holds a collection: another database's name stands in front. */
export function tableNameOf(database: string, collection: string): string {
  return database === defaultDatabase ? collection : `${database}${separator}${collection}`;
}

/** The database and the collection that a table is. */
export function collectionOf(table: string): { database: string; collection: string } {
  const at = table.indexOf(separator);
  return at < 0
    ? { database: defaultDatabase, collection: table }
    : { database: table.slice(0, at), collection: table.slice(at + 1) };
}

/** How errors name a table's collection. */
export function namespaceOf(table: string): string {
  const { database, collection } = collectionOf(table);
  return `${database}.${collection}`;
}
