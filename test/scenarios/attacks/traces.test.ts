import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assemble } from "../../support/cast.ts";
import { newCommitteeOf } from "../../support/committee.ts";
import { Instance, passwordOf } from "../../support/instance.ts";
import { Typist } from "../../support/typist.ts";
import { until } from "../../support/world.ts";

const root = new URL("../../../", import.meta.url).pathname;

describe("a reader of the log", () => {
  let dataDir: string;
  let child: ChildProcess;
  let output = "";
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "entente-log-"));
    child = spawn(
      process.execPath,
      ["--import", "tsx", join(root, "backend/cli/entente.ts"), "start", "--no-demo"],
      {
        cwd: root,
        env: { ...process.env, PORT: "0", DATA_DIR: dataDir, LOG_LEVEL: "debug" },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    }
  });
  after(async () => {
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
    await rm(dataDir, { recursive: true, force: true });
  });

  it("[ATK-46] finds no text, address, password, token or link, at its most talkative", async () => {
    await until(() => /http:\S+\d/.test(output), 60_000);
    const instance = new Instance(/(http:[^\s"]+\d)/.exec(output)?.[1] ?? "", dataDir);
    const cast = await assemble(instance);
    const { ada, ben, eli, partnershipId } = cast;
    const secret = { title: "Kumquatvertrag", clause: "Zanzibarklausel", comment: "Vogelbeere" };
    const started = await ada.post(`/partnerships/${partnershipId}/agreements`, {
      templateId: "gouvernance",
      language: "fr",
      title: secret.title,
    });
    const agreementId = started.ok<{ id: string }>(201).id;
    const ticket = await ada.post(`/agreements/${agreementId}/collaboration-ticket`, {});
    const typist = await Typist.open(ada, agreementId);
    typist.type(secret.clause);
    await until(() => typist.saved.includes(secret.clause));
    typist.leave();
    (await ada.post(`/agreements/${agreementId}/versions`, {})).ok(201);
    const committee = await eli.post(
      `/partnerships/${partnershipId}/committees`,
      newCommitteeOf(cast),
    );
    const proposed = await eli.post(`/partnerships/${partnershipId}/decisions`, {
      committeeId: committee.ok<{ id: string }>(201).id,
      title: secret.title,
      subject: { agreementId, version: 1 },
      closesAt: new Date(Date.now() + 86_400_000).toISOString(),
    });
    const { id } = proposed.ok<{ id: string }>(201);
    (await eli.post(`/decisions/${id}/open`, {})).ok();
    const ballot = { choice: "against", comment: secret.comment };
    (await ben.post(`/decisions/${id}/ballots`, ballot)).ok(201);
    // What goes wrong is logged too.
    const stranger = instance.stranger();
    await stranger.post("/auth/login", { email: ada.email, password: "Wrongpassword99" });
    await stranger.post("/auth/login", { email: ada.email, password: { $ne: secret.comment } });
    await stranger.get(`/invitations/${secret.comment}`);
    await ada.put(`/agreements/${agreementId}/facts`, { [secret.clause]: secret.clause });
    await ada.post("/partnerships", `{"name":"${secret.title}`);
    await fetch(`${instance.url}/api/v1/verify`, {
      method: "POST",
      headers: { "content-type": "multipart/form-data" },
      body: secret.clause,
    });
    await until(() => output.includes("ballot.cast") && output.includes('"refused"'));
    const invitation = await instance.invitationTokenFor(ada.email);
    const unwanted = [
      ...Object.values(secret),
      "Wrongpassword99",
      passwordOf("Ada"),
      "@example.org",
      "Passerelle",
      ada.token.split(".")[2] ?? "",
      ticket.ok<{ ticket: string }>().ticket,
      invitation,
      "Bearer",
      '"against"',
    ];
    expect(output.split("\n").length).to.be.greaterThan(20);
    for (const word of unwanted) expect(output.includes(word), word).to.equal(false);
    expect(output).to.not.match(/"level":(50|60)/);
  }).timeout(120_000);
});
