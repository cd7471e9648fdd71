import { Session, type Profiler } from "node:inspector/promises";
import { findSourceMap } from "node:module";
import { fileURLToPath } from "node:url";
import type { Profile } from "./protocol.ts";

const intervalUs = 200;
const topFunctions = 25;

type Node = Profiler.ProfileNode;

function groupOfUrl(url: string): string {
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url);
  if (inPackage?.[1]) return inPackage[1];
  const inEngine = /platform\/storage\/embedded\/(?:\w+\/)?([\w-]+)\./.exec(url);
  if (inEngine?.[1]) return `engine/${inEngine[1]}`;
  if (url.includes("/bench/storage/")) return "(this benchmark)";
  return url.startsWith("node:") ? "node" : "(other)";
}

type Parents = ReadonlyMap<number, Node>;

/** The first caller that has a file. */
function callerOf(node: Node, parents: Parents): Node | undefined {
  let caller = parents.get(node.id);
  while (caller?.callFrame.url === "") caller = parents.get(caller.id);
  return caller;
}

/** Native functions have no file: they count for the package that calls them. */
function groupOf(node: Node, parents: Parents): string {
  const { functionName, url } = node.callFrame;
  if (url !== "") return groupOfUrl(url);
  if (functionName.startsWith("(")) return functionName;
  const caller = callerOf(node, parents);
  return caller === undefined ? "(native)" : `${groupOfUrl(caller.callFrame.url)}, native`;
}

/** Waiting, and the profiler itself. */
function isNoWork(node: Node, parents: Parents): boolean {
  const { functionName, url } = node.callFrame;
  const place = url === "" ? callerOf(node, parents)?.callFrame.url : url;
  return functionName === "(idle)" || place === "node:inspector";
}

function placeOf(node: Node, parents: Parents): string {
  const { functionName, url, lineNumber, columnNumber } = node.callFrame;
  if (functionName.startsWith("(") && url === "") return functionName;
  const caller = url === "" ? callerOf(node, parents) : undefined;
  if (caller) return `${functionName || "native"} in ${placeOf(caller, parents)}`;
  const name = functionName || "(anonymous)";
  const path = url.startsWith("file:") ? fileURLToPath(url) : url;
  const entry = findSourceMap(path)?.findEntry(lineNumber, columnNumber);
  const line = entry && "originalLine" in entry ? entry.originalLine : lineNumber;
  const source = entry && "originalSource" in entry ? entry.originalSource : path;
  return `${name} ${source.split("/").slice(-2).join("/")}:${line + 1}`;
}

function shares(times: ReadonlyMap<string, number>): { name: string; share: number }[] {
  const total = [...times.values()].reduce((sum, time) => sum + time, 0) || 1;
  return [...times]
    .map(([name, time]) => ({ name, share: time / total }))
    .sort((a, b) => b.share - a.share);
}

function summary(profile: Profiler.Profile): Profile {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, Node>();
  for (const node of profile.nodes) for (const id of node.children ?? []) parents.set(id, node);
  const groups = new Map<string, number>();
  const places = new Map<string, number>();
  for (const [i, id] of (profile.samples ?? []).entries()) {
    const node = nodes.get(id);
    const time = profile.timeDeltas?.[i] ?? 0;
    if (node === undefined || isNoWork(node, parents)) continue;
    const group = groupOf(node, parents);
    groups.set(group, (groups.get(group) ?? 0) + time);
    const place = placeOf(node, parents);
    places.set(place, (places.get(place) ?? 0) + time);
  }
  return {
    groups: shares(groups),
    hottest: shares(places)
      .slice(0, topFunctions)
      .map(({ name, share }) => ({ place: name, share })),
  };
}

/** Where the processor's time of the main thread goes while the action runs, by V8's sampling profiler. */
export async function profiled(action: () => Promise<unknown>): Promise<Profile> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: intervalUs });
  await session.post("Profiler.start");
  await action();
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  return summary(profile);
}
