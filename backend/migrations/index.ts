import type { Migration } from "../platform/storage/migrations.ts";
import { forgetGuessableAnswers } from "./0001-forget-guessable-answers.ts";
import { closeEndedMemberships } from "./0002-close-ended-memberships.ts";

/** Every step that stored data has taken, in order. One that was released is never changed or removed. */
export const migrations: readonly Migration[] = [forgetGuessableAnswers, closeEndedMemberships];
