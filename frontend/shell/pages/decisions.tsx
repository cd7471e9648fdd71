export { CommitteePage, DecisionPage, NewDecisionPage } from "../../decisions/index.tsx";
