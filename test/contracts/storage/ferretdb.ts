/** What FerretDB 1.24 on SQLite cannot do, by the case's title, with the error that shows it. */
export const beyondFerretDb: Readonly<Record<string, RegExp>> = {
  "[STO-8] counts by value": /stage "\$sortByCount" is not implemented/,
  "[STO-8] looks up": /stage "\$lookup" is not implemented/,
  "[STO-1] gives back decimals as they were stored": /connection .* closed|ECONNRESET/,
  "[STO-1] gives back arrays in arrays as they were stored": /nested arrays are not supported/,
  "[STO-2] finds by one element fulfilling all, with and without indexes": /unknown operator: as/,
  "[STO-2] finds by an expression, with and without indexes": /operator \$gt is not implemented/,
  "[STO-3] applies $push with modifiers": /to deeply equal \{ _id: 1, l: \[ 9, 5, 3 \] \}/,
  "[STO-3] applies $push at a position": /to deeply equal \{ _id: 1, l: \[ 1, 2, 3, 4 \] \}/,
  "[STO-3] applies $push sorted by a field": /to deeply equal \{ _id: 1, l: \[ \{ s: 1 \}/,
  "[STO-3] applies $pull by condition": /to deeply equal \{ _id: 1, l: \[ \{ s: 1 \} \] \}/,
  "[STO-3] applies all elements": /Cannot create field '\$\[\]'/,
  "[STO-3] applies filtered elements": /"arrayFilters" .* is not implemented/,
  "[STO-3] applies a pipeline": /wrong type 'array', expected type 'object'/,
  "[STO-3] changes the element that matched": /Cannot create field '\$' in element/,
  "[STO-6] names the key that is taken, as MongoDB does": /deep property 'keyPattern'/,
  "[STO-6] counts missing as null": /expected 'no error' to equal 11000/,
  "[STO-6] holds only where a partial filter does": /"partialFilterExpression" is not implemented/,
  "[STO-6] applies to each element of an array": /expected 'no error' to equal 11000/,
  "[STO-6] refuses an update onto a key that is taken": /expected 1 to equal 11000/,
  "[STO-6] is not made over documents that already break it": /expected 1 to equal 11000/,
  // Its updates are not atomic, which a quiet machine may not show.
  "[STO-5] loses no concurrent increment": /to equal 50|no error|locked/,
  "[STO-5] lets one of many concurrent compare-and-set writers win":
    /have a length of 1|no error|locked/,
  // So are its conditional removals.
  "[UPK-9] never takes a blob from whoever puts it at the same moment": /No such content|no error/,
};
