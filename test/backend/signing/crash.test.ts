import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { verifyPdf } from "../../../backend/archive/index.ts";
import type { SignatureRequestView } from "../../../domain/signing/wire.ts";
import { assemble, type Cast } from "../../support/cast.ts";
import { ChildInstance } from "../../support/child.ts";
import { Person, until, World } from "../../support/world.ts";
import { SigningTable, type ApprovedVersion } from "./support.ts";

/** After how many acknowledged signatures the server is killed; at 0 the document is still being prepared. */
const KILL_AFTER = [0, 2, 3];

interface Round {
  readonly approved: ApprovedVersion;
  readonly request: SignatureRequestView;
  readonly acknowledged: readonly string[];
}

describe("signing, when the server is killed", () => {
  it("[SIG-27] keeps every acknowledged signature and carries on to the seal", async function () {
    this.timeout(240_000);
    const dataDir = await mkdtemp(join(tmpdir(), "entente-signing-crash-"));
    const setup = await World.start(dataDir);
    const cast = await assemble(setup);
    const versions: ApprovedVersion[] = [];
    for (const _ of KILL_AFTER) versions.push(await new SigningTable(cast).approved());
    await setup.stop();

    const rounds: Round[] = [];
    for (const [index, count] of KILL_AFTER.entries()) {
      const approved = versions[index];
      if (approved) rounds.push(await signUntilKilled(dataDir, { cast, approved, count }));
    }

    const after = await World.start(dataDir);
    const table = new SigningTable(castOn(after.url, cast));
    for (const round of rounds) await finish(after, table, round);
    await after.stop();
    await rm(dataDir, { recursive: true });
  });
});

async function signUntilKilled(
  dataDir: string,
  { cast, approved, count }: { cast: Cast; approved: ApprovedVersion; count: number },
): Promise<Round> {
  const victim = await ChildInstance.start(dataDir);
  const table = new SigningTable(castOn(victim.url, cast));
  const posted = await table.post(approved, {}, { prefer: "respond-async" });
  const request = posted.ok<SignatureRequestView>(201);
  const acknowledged: string[] = [];
  const signing = table.parties().map(async (person) => {
    try {
      (await table.sign(person, request)).ok(201);
      acknowledged.push(person.id);
    } catch (error) {
      // A request that the kill cut off counts for nothing, whatever came of it.
      if (!(error instanceof TypeError)) throw error;
    }
  });
  await until(() => acknowledged.length >= count, 60_000);
  await victim.kill();
  await Promise.all(signing);
  return { approved, request, acknowledged };
}

async function finish(after: World, table: SigningTable, round: Round): Promise<void> {
  const { request, acknowledged, approved } = round;
  const current = async (): Promise<SignatureRequestView> => table.get(request.id);
  await until(async () => (await current()).state !== "preparing", 30_000);
  for (const person of table.parties()) {
    const { me } = await table.get(request.id, person);
    if (acknowledged.includes(person.id)) expect(me?.obstacle).to.equal("already-signed");
    if (me?.obstacle !== "already-signed") await table.signed(person, request);
  }
  expect((await current()).state).to.equal("completed");
  await until(async () => (await table.assembly.stateOf(approved.agreementId)) === "sealed");
  const root = new Uint8Array(await (await fetch(`${after.url}/pki/ca.cer`)).arrayBuffer());
  const { vkey } = after.app.features.decisions.log.key(table.cast.partnershipId);
  const { bytes } = await table.document(request.id);
  const report = await verifyPdf(bytes, { roots: [root], now: new Date(), logKeys: [vkey] });
  expect(report.verdict).to.equal("pass");
  expect(report.signatures).to.have.length(4);
  const entries = await table.logEntries();
  const about = entries.filter((entry) => entry.includes(report.sha256));
  expect(about.map((entry) => /"event":"(\w+)"/.exec(entry)?.[1])).to.deep.equal([
    "signed",
    "sealed",
  ]);
}

/** The same people, on another process. */
function castOn(url: string, cast: Cast): Cast {
  const moved = Object.entries(cast).map(([key, value]) => [
    key,
    value instanceof Person ? new Person(url, value, value.token) : value,
  ]);
  return Object.fromEntries(moved) as Cast;
}
