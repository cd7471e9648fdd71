import { Refusal } from "../../../../domain/kernel/refusal.ts";
import { holderOf } from "../lock.ts";
import { pinDatabase, pinFolder, type Pin } from "./pin.ts";
import { connect, openDatabase } from "./server.ts";
import { hasDatabase, openFolder, type Source } from "./source.ts";
import { assertDatabaseIsWhole, assertFolderIsWhole } from "./unfinished.ts";

/** Data held still: what is read belongs to one moment, and no blob goes away meanwhile. */
export interface Held {
  readonly source: Source;
  release(): Promise<void>;
}

/** Where data is. */
export interface Place {
  readonly dataDir: string;
  readonly mongodbUri: string | undefined;
}

/**
 * Holds data of which somebody else may be the owner, who goes on. `isStopped` is the operator's word that nothing
 * writes, for a server without snapshots.
 * @throws {Refusal} not-found — there is no data; restore-unfinished; conflict — it is being compacted, or has no snapshots
 */
export function holdData(
  { dataDir, mongodbUri }: Place,
  { isStopped }: { readonly isStopped: boolean },
): Promise<Held> {
  return mongodbUri ? holdDatabase(mongodbUri, isStopped) : holdFolder(dataDir);
}

async function holdFolder(dataDir: string): Promise<Held> {
  if (!hasDatabase(dataDir)) throw new Refusal("not-found", `There is no data in ${dataDir}.`);
  assertFolderIsWhole(dataDir);
  // Before the moment that is read: from here on no blob goes away.
  const pin = pinFolder(dataDir);
  try {
    // Compaction locks and then looks for a pin; whichever comes second sees the other.
    if (holderOf(dataDir)?.purpose === "compaction")
      throw new Refusal("conflict", `The data folder ${dataDir} is being compacted. Try again.`);
    const source = openFolder(dataDir);
    const release = async () => {
      await source.close();
      await pin.release();
    };
    return { source, release };
  } catch (error) {
    await pin.release();
    throw error;
  }
}

async function holdDatabase(uri: string, isStopped: boolean): Promise<Held> {
  const server = await connect(uri);
  let pin: Pin | undefined;
  try {
    await assertDatabaseIsWhole(server.db);
    const source = openDatabase(server, { isStopped });
    pin = await pinDatabase(server.db);
    const { release: unpin } = pin;
    const release = async () => {
      await source.close();
      await unpin();
      await server.client.close();
    };
    return { source, release };
  } catch (error) {
    await pin?.release();
    await server.client.close();
    throw error;
  }
}
