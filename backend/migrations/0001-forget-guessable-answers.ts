import type { Migration } from "../platform/storage/migrations.ts";

/**
 * Remembered answers were once filed under a plain hash of the request, from which a password in it could be
 * guessed. They live a day anyway: all that are there go.
 */
export const forgetGuessableAnswers: Migration = {
  version: 1,
  name: "Forget remembered answers, whose hashes may tell a password",
  up: ({ change }) =>
    change({ collection: "idempotentanswers", filter: {}, change: () => "remove" }),
};
