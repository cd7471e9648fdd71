import { expect } from "chai";
import type { Schema } from "mongoose";
import { blobReferences } from "../../backend/blob-references.ts";
import { blobsNamedIn } from "../../backend/platform/storage/references.ts";
import { World } from "../support/world.ts";

/** Fields that hold a hash of something that is not a blob. */
const notBlobs = new Set([
  "collaborationrecords.hash",
  "collaborationrecords.prevHash",
  "collaborationsnapshots.headHash",
  "collaborationsnapshots.sha256",
  "idempotentanswers.requestSha256",
  "invitations.tokenSha256",
  "sessions.previousSha256",
  "sessions.refreshSha256",
  "accounts.passwordHash",
]);

/** Paths of a schema with those of the schemas inside it. */
function pathsOf(schema: Schema): string[] {
  return Object.entries(schema.paths).flatMap(([path, type]) => {
    const inner = (type as { schema?: Schema }).schema;
    return inner ? pathsOf(inner).map((name) => `${path}.${name}`) : [path];
  });
}

describe("the list of fields that name blobs", () => {
  const listed = new Set(blobReferences.map(({ collection, path }) => `${collection}.${path}`));

  it("[BKP-1] has every stored field that looks like one", async () => {
    const world = await World.start();
    const models = Object.values(world.app.storage.connection.models);
    const fields = models.flatMap((model) =>
      pathsOf(model.schema).map((path) => `${model.collection.name}.${path}`),
    );
    await world.stop();
    const candidates = fields.filter((field) => /(sha256|hash|blob)[^.]*$/i.test(field));
    expect(candidates.length).to.be.greaterThan(8);
    expect(candidates.filter((field) => !listed.has(field) && !notBlobs.has(field))).to.deep.equal(
      [],
    );
    const collections = new Set(models.map((model) => model.collection.name));
    expect(blobReferences.filter(({ collection }) => !collections.has(collection))).to.deep.equal(
      [],
    );
    expect([...notBlobs].filter((field) => !fields.includes(field))).to.deep.equal([]);
  });

  it("[BKP-1] is followed through arrays, and takes nothing but hashes", () => {
    const references = [{ collection: "c", path: "list.sha256" }];
    const [a, b] = ["a".repeat(64), "b".repeat(64)];
    const document = {
      list: [{ sha256: a }, { sha256: b }, { sha256: null }, { sha256: "x" }, {}],
    };
    expect([...blobsNamedIn(references, "c", document)]).to.deep.equal([a, b]);
    expect([...blobsNamedIn(references, "other", document)]).to.deep.equal([]);
    expect([...blobsNamedIn(references, "c", { list: null })]).to.deep.equal([]);
  });
});
