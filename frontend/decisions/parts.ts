import type { DecisionView } from "../../domain/decisions/wire.ts";
import type { Partnership } from "../../domain/partnerships/wire.ts";

/** What every part of a decision's page looks at. */
export interface DecisionParts {
  readonly decision: DecisionView;
  readonly partnership: Partnership;
}

/** What the address asks to propose. */
export interface Asked {
  readonly agreementId: string | null;
  readonly version: number;
  readonly committeeId: string | null;
}
