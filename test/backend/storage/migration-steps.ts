import type { Migration } from "../../../backend/platform/storage/migrations.ts";

/** How many documents the steps meet: more than two batches. */
export const documentCount = 1_100;

const count = (collection: string, field: string) => ({
  collection,
  filter: { [field]: { $exists: false } },
  change: () => ({ $set: { [field]: true }, $inc: { count: 1 } }),
});

/** Steps that show in the data how often they changed each document. */
export const countingSteps: readonly Migration[] = [
  {
    version: 1,
    name: "Count the first collection, then the second",
    async up({ change }) {
      await change(count("first", "a"));
      await change(count("second", "a"));
    },
  },
  {
    version: 2,
    name: "Remove every other document of the first",
    up: ({ change }) =>
      change({
        collection: "first",
        filter: { isOdd: true },
        change: () => "remove",
      }),
  },
];
