import { expect } from "chai";
import { CommitQueue, type CommitListener } from "../../../backend/collaboration/commit.ts";
import type { CollaborationStore, LogRecord } from "../../../backend/collaboration/store.ts";
import { NO_HASH } from "../../../backend/collaboration/store.ts";
import { systemClock } from "../../../backend/platform/clock.ts";
import { createLog } from "../../../backend/platform/log.ts";
import { TestServer, until } from "./support.ts";

const edit = { update: new Uint8Array([0, 0]), clientIds: [1] };
const ada = { accountId: "ada", sessionId: "s" };

describe("writing the log", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
  });
  afterEach(async () => {
    await server.stop();
  });

  /** The real store, behind a disk that fails while `fault()` says how. */
  function failing(fault: () => "before" | "after" | undefined): CollaborationStore {
    const { store } = server.collaboration;
    return {
      ...store,
      async append(records) {
        const when = fault();
        if (when === "before") throw new Error("no space left on device");
        await store.append(records);
        if (when === "after") throw new Error("lost the answer");
      },
    };
  }

  function queueOn(store: CollaborationStore) {
    const committed: number[] = [];
    const health: boolean[] = [];
    const listener: CommitListener = {
      committed: (records) => committed.push(...records.map(({ seq }) => seq)),
      healthChanged: (isHealthy) => health.push(isHealthy),
      ownershipLost: () => {},
    };
    const log = createLog("silent");
    const parts = { docId: "other", store, clock: systemClock, log, listener };
    return { queue: new CommitQueue(parts, { seq: 0, hash: NO_HASH }), committed, health };
  }

  it("[COL-28] says nothing is saved while the disk fails, says so, and loses nothing", async () => {
    let isBroken = true;
    const { queue, committed, health } = queueOn(failing(() => (isBroken ? "before" : undefined)));
    for (let i = 0; i < 3; i += 1) queue.add(edit, ada);
    await until(() => health.length === 1, "fault noticed");
    queue.add(edit, ada);
    expect(committed).to.deep.equal([]);
    expect(queue.unsavedBytes).to.equal(8);
    isBroken = false;
    await queue.flush();
    expect(committed).to.deep.equal([1, 2, 3, 4]);
    expect(health).to.deep.equal([false, true]);
    expect(queue.unsavedBytes).to.equal(0);
  });

  it("[COL-28] writes each edit once when it is not known whether a write arrived", async () => {
    let faults = 2;
    const { queue, committed } = queueOn(failing(() => ((faults -= 1) >= 0 ? "after" : undefined)));
    for (let i = 0; i < 3; i += 1) queue.add(edit, ada);
    await queue.flush();
    const records: LogRecord[] = await server.collaboration.store.listRecords("other", 0);
    expect(records.map(({ seq }) => seq)).to.deep.equal([1, 2, 3]);
    expect(committed).to.deep.equal([1, 2, 3]);
  });

  it("[COL-28] writes together what arrives while a write is under way", async () => {
    let writes = 0;
    const { queue } = queueOn(failing(() => ((writes += 1), undefined)));
    for (let i = 0; i < 100; i += 1) queue.add(edit, ada);
    await queue.flush();
    expect(writes).to.equal(1);
  });
});
