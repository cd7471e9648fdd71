export { Beside } from "./Beside.tsx";
export { CommitteePage } from "./CommitteePage.tsx";
export { Confirm } from "./Confirm.tsx";
export { DecisionPage } from "./DecisionPage.tsx";
export { NewDecisionPage } from "./NewDecisionPage.tsx";
export { fileOf, useDecisionsOf } from "./queries.ts";
