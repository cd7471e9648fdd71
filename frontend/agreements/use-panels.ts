import { useCallback, useRef, useState } from "react";
import type { AskedFact } from "./panels/FactsPanel.tsx";
import type { PanelName } from "./SidePanel.tsx";

/** Which panel is open, and what was asked of it. */
export interface Panels {
  readonly open: PanelName | null;
  readonly setOpen: (panel: PanelName | null) => void;
  readonly askedFact: AskedFact | null;
  /** Opens the facts at one of them, or at a cell of a list. */
  readonly askFact: (name: string, row?: number, column?: string) => void;
  readonly askedClause: string;
  /** Opens the notes on a clause. */
  readonly askWhy: (clauseId: string) => void;
}

/** The panels of a desk; on a phone none is open at first. */
export function usePanels(isPhone: boolean): Panels {
  const [open, setOpen] = useState<PanelName | null>(isPhone ? null : "facts");
  const [askedFact, setAskedFact] = useState<AskedFact | null>(null);
  const [askedClause, setAskedClause] = useState("");
  const turn = useRef(0);
  const askFact = useCallback((name: string, row?: number, column?: string) => {
    turn.current += 1;
    setOpen("facts");
    setAskedFact({
      name,
      turn: turn.current,
      ...(row === undefined ? {} : { row }),
      ...(column === undefined ? {} : { column }),
    });
  }, []);
  const askWhy = useCallback((clauseId: string) => {
    setOpen("why");
    setAskedClause(clauseId);
  }, []);
  const choose = useCallback((panel: PanelName | null) => {
    setOpen(panel);
    setAskedClause("");
  }, []);
  return { open, setOpen: choose, askedFact, askFact, askedClause, askWhy };
}
