import { Title } from "@mantine/core";
import { IconChevronLeft } from "@tabler/icons-react";
import { useEffect, type ReactNode } from "react";
import { Link } from "react-router";

/** Where the page came from: shown above its title. */
export interface BackLink {
  readonly to: string;
  readonly label: string;
}

interface PageProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly back?: BackLink;
  readonly actions?: ReactNode;
  readonly width?: "narrow" | "normal" | "wide";
  readonly children?: ReactNode;
}

/** A page: one title, at most one sentence under it, its actions, its content. Names the browser tab. */
export function Page({ title, lead, back, actions, width = "normal", children }: PageProps) {
  usePageTitle(title);
  return (
    <div className={`page page--${width}`}>
      <header className="page__head">
        <div className="page__words">
          {back !== undefined && (
            <Link to={back.to} className="page__back">
              <IconChevronLeft size={16} aria-hidden />
              {back.label}
            </Link>
          )}
          <Title order={1}>{title}</Title>
          {lead !== undefined && <div className="page__lead">{lead}</div>}
        </div>
        {actions !== undefined && <div className="page__actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** Names the browser tab while the component is shown. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = title === "" ? "Entente" : `${title} · Entente`;
  }, [title]);
}

interface SectionProps {
  readonly title: string;
  readonly id?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of a page. */
export function Section({ title, id, actions, children }: SectionProps) {
  return (
    <section className="section" aria-label={title} {...(id === undefined ? {} : { id })}>
      <div className="section__head">
        <Title order={2} size="h3">
          {title}
        </Title>
        {actions}
      </div>
      {children}
    </section>
  );
}
