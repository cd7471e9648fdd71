import type { Awareness } from "y-protocols/awareness";
import type { PersonHere } from "../agreements/index.tsx";
import { createLive, type Live } from "../platform/live.ts";

/** First letters of the first and last word of a name. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s'’-]+/u).filter((word) => word !== "");
  const [first = "?"] = words;
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  return (first.slice(0, 1) + last.slice(0, 1)).toLocaleUpperCase();
}

function text(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

function personOf(client: number, state: unknown, me: number): PersonHere | undefined {
  const user: unknown =
    typeof state === "object" && state !== null && "user" in state ? state.user : null;
  if (typeof user !== "object" || user === null) return undefined;
  const fields: Record<string, unknown> = { ...user };
  const name = text(fields["name"], "?");
  return {
    key: String(client),
    name,
    initials: text(fields["initials"], initialsOf(name)),
    partner: text(fields["partner"], ""),
    color: text(fields["color"], "#5b6470"),
    isMe: client === me,
  };
}

function samePeople(a: readonly PersonHere[], b: readonly PersonHere[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Who has the draft open, this person included, in a stable order. */
export function watchPeople(
  awareness: Awareness,
): Live<readonly PersonHere[]> & { stop: () => void } {
  const live = createLive<readonly PersonHere[]>([]);
  const refresh = (): void => {
    const people = [...awareness.getStates()]
      .map(([client, state]) => personOf(client, state, awareness.clientID))
      .filter((person) => person !== undefined)
      .sort((a, b) => Number(b.isMe) - Number(a.isMe) || a.name.localeCompare(b.name));
    if (!samePeople(people, live.get())) live.set(people);
  };
  awareness.on("change", refresh);
  refresh();
  return { get: live.get, subscribe: live.subscribe, stop: () => awareness.off("change", refresh) };
}
