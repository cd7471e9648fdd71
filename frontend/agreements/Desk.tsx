import { useMediaQuery } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Agreement } from "../../domain/agreements/wire.ts";
import { Loading } from "../ui/Loading.tsx";
import { DeskBar } from "./DeskBar.tsx";
import { InsertMenu } from "./editor/InsertMenu.tsx";
import { goToClause } from "./editor/navigation.ts";
import { PaperEditor } from "./editor/PaperEditor.tsx";
import { Toolbar } from "./editor/Toolbar.tsx";
import { useLive, useLiveValue } from "../platform/live.ts";
import { ChecksPanel } from "./panels/ChecksPanel.tsx";
import { FactsPanel } from "./panels/FactsPanel.tsx";
import { HistoryPanel } from "./panels/HistoryPanel.tsx";
import { Outline, OutlineList } from "./panels/Outline.tsx";
import { WhyPanel } from "./panels/WhyPanel.tsx";
import type { AgreementTemplate } from "./resources.ts";
import type { Session } from "./session.ts";
import { SidePanel, type PanelName } from "./SidePanel.tsx";
import { Stopped } from "./Stopped.tsx";
import { usePanels, type Panels } from "./use-panels.ts";

/** Below this width panels are sheets from below. */
const PHONE = "(max-width: 62em)";

interface OpenDeskProps {
  readonly agreement: Agreement;
  readonly template: AgreementTemplate;
  readonly session: Session;
  readonly onReload: () => void;
}

/** Whether this person may change the text now: by role, by state, and only on the server's text. */
function useIsWritable({ agreement, session }: OpenDeskProps): boolean {
  const isLoaded = useLive(session.draft.isLoaded);
  const follows = useLiveValue(
    session.draft.status,
    ({ kind }) => kind !== "refused" && kind !== "closed",
  );
  return agreement.permissions.write && isLoaded && follows;
}

/** The desk of an open draft: tools above, outline, paper and one panel below. */
export function OpenDesk(props: OpenDeskProps) {
  const { agreement, session, onReload } = props;
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false });
  const panels = usePanels(isPhone);
  const [isOutlined, setOutlined] = useState(true);
  const [insertion, setInsertion] = useState<"slash" | "shortcut" | null>(null);
  const isWritable = useIsWritable(props);
  const editor = useLive(session.editor);
  const goTo = (id: string): void => goToClause(session.editor.get(), id);
  return (
    <>
      <DeskBar agreement={agreement} session={session} onSeeChecks={() => panels.setOpen("checks")}>
        {editor !== null && isWritable && (
          <Toolbar editor={editor} onInsertMenu={() => setInsertion("shortcut")} />
        )}
      </DeskBar>
      <Stopped session={session} onReload={onReload} />
      <div className="desk-columns">
        {!isPhone && (
          <Outline
            session={session}
            goTo={goTo}
            isOpen={isOutlined}
            onToggle={() => setOutlined(!isOutlined)}
          />
        )}
        <LivePaper {...props} isWritable={isWritable} panels={panels} onInsertMenu={setInsertion} />
        <Panel {...props} isWritable={isWritable} panels={panels} isPhone={isPhone} />
      </div>
      {insertion !== null && editor !== null && (
        <InsertMenu
          editor={editor}
          session={session}
          asked={insertion}
          onClose={() => setInsertion(null)}
        />
      )}
    </>
  );
}

interface PartProps extends OpenDeskProps {
  readonly isWritable: boolean;
  readonly panels: Panels;
}

function LivePaper(props: PartProps & { onInsertMenu: (asked: "slash" | "shortcut") => void }) {
  const { agreement, template, session, panels, isWritable, onInsertMenu } = props;
  const { t } = useTranslation("agreements");
  const isLoaded = useLive(session.draft.isLoaded);
  const { askFact, askWhy } = panels;
  const notes = template.guidance[agreement.language];
  const paper = useMemo(
    () => ({
      openFact: (name: string) => askFact(name),
      goTo: (id: string) => goToClause(session.editor.get(), id),
      explain: (id: string) => ((notes?.[id] ?? []).length === 0 ? undefined : () => askWhy(id)),
    }),
    [askFact, askWhy, notes, session],
  );
  return (
    <div className="desk-paper">
      {isLoaded ? (
        <PaperEditor
          session={session}
          isEditable={isWritable}
          {...paper}
          onInsertMenu={onInsertMenu}
        />
      ) : (
        <Loading words={t("page.loadingText")} />
      )}
    </div>
  );
}

function Panel(props: PartProps & { isPhone: boolean }) {
  const { agreement, template, session, panels, isWritable, isPhone } = props;
  const goTo = (id: string): void => {
    if (isPhone) panels.setOpen(null);
    goToClause(session.editor.get(), id);
  };
  const goThere = (at: string): void => {
    if (at.startsWith("#")) {
      goTo(at.slice(1));
      return;
    }
    const [name = "", row, column] = at.split("/");
    panels.askFact(name, row === undefined ? undefined : Number(row), column);
  };
  const shown: Record<PanelName, React.ReactNode> = {
    outline: <OutlineList session={session} goTo={goTo} />,
    facts: <FactsPanel session={session} asked={panels.askedFact} isReadOnly={!isWritable} />,
    checks: <ChecksPanel session={session} goThere={goThere} />,
    history: <HistoryPanel agreementId={agreement.id} versions={agreement.versions} />,
    why: <WhyPanel session={session} guidance={template.guidance} asked={panels.askedClause} />,
  };
  return (
    <SidePanel
      session={session}
      open={panels.open}
      onOpen={panels.setOpen}
      isSheet={isPhone}
      render={(panel) => shown[panel]}
    />
  );
}
