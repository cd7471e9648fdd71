import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { fromBase64 } from "../../../domain/decisions/encoding.ts";
import {
  parseCheckpoint,
  parseTlogProof,
  verifyConsistency,
} from "../../../domain/decisions/log.ts";
import type { CastBallot } from "../../../domain/decisions/wire.ts";
import { assemble } from "../../support/cast.ts";
import { Person, until, World } from "../../support/world.ts";
import { Assembly } from "./support.ts";

const ROUNDS = [3, 8, 14];

/** A server in a process of its own, on a folder. */
class Victim {
  readonly process: ChildProcess;
  readonly url: string;

  private constructor(process: ChildProcess, url: string) {
    this.process = process;
    this.url = url;
  }

  static async start(dataDir: string): Promise<Victim> {
    const script = fileURLToPath(new URL("crash-child.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", script], {
      env: { ...process.env, PORT: "0", DATA_DIR: dataDir, LOG_LEVEL: "silent" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    return new Victim(child, line.toString().trim());
  }

  async kill(): Promise<void> {
    const gone = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await gone;
  }
}

describe("decisions, when the server is killed", () => {
  it("[DEC-23] keep every acknowledged ballot and every signed state of the log", async function () {
    this.timeout(180_000);
    const dataDir = await mkdtemp(join(tmpdir(), "entente-crash-"));
    const setup = await World.start(dataDir);
    const cast = await assemble(setup);
    const id = await new Assembly(cast).open();
    await setup.stop();

    const acknowledged: CastBallot[] = [];
    for (const count of ROUNDS) {
      const victim = await Victim.start(dataDir);
      const enough = acknowledged.length + count;
      const loops = [cast.ada, cast.ben, cast.pia].map((person) =>
        voteUntilKilled(new Person(victim.url, person, person.token), { id, acknowledged }),
      );
      await until(() => acknowledged.length >= enough, 60_000);
      await victim.kill();
      await Promise.all(loops);
    }

    const after = await World.start(dataDir);
    const { log } = after.app.features.decisions;
    const now = parseCheckpoint(await log.checkpoint(cast.partnershipId));
    for (const { logIndex, receipt } of acknowledged) {
      expect(await log.entry(cast.partnershipId, logIndex)).to.equal(receipt.entry);
      const then = parseCheckpoint(parseTlogProof(receipt.proof).checkpoint);
      const { proof } = await log.consistency(cast.partnershipId, then.size, now.size);
      const claim = { from: then.size, to: now.size, fromRoot: then.root, toRoot: now.root };
      expect(verifyConsistency({ ...claim, proof: proof.map(fromBase64) })).to.equal(true);
    }
    const house = new Assembly(cast);
    for (const person of [cast.ada, cast.ben, cast.pia]) {
      const own = new Person(after.url, person, person.token);
      const last = acknowledged.findLast((ballot) => ballot.partnerId === partnerOf(person));
      const kept = (await house.get(id, own)).myBallot;
      expect(kept?.logIndex ?? -1).to.be.at.least(last?.logIndex ?? 0);
    }
    await after.stop();
    await rm(dataDir, { recursive: true });

    function partnerOf(person: Person): string {
      return cast.partnerIds[[cast.ada, cast.ben, cast.pia].indexOf(person)] ?? "";
    }
  });
});

/** Votes again and again; what was answered counts, what the kill cut off does not. */
async function voteUntilKilled(
  person: Person,
  { id, acknowledged }: { id: string; acknowledged: CastBallot[] },
): Promise<void> {
  for (let turn = 0; ; turn++) {
    const choice = turn % 2 === 0 ? "for" : "against";
    try {
      const reply = await person.post(`/decisions/${id}/ballots`, { choice });
      acknowledged.push(reply.ok<CastBallot>(201));
    } catch (error) {
      if (error instanceof TypeError) return;
      throw error;
    }
  }
}
