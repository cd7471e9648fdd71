import { expect } from "chai";
import { mayDo } from "../../domain/partnerships/access.ts";
import { roles } from "../../domain/partnerships/wire.ts";
import type { Person } from "../support/person.ts";
import { World } from "../support/world.ts";
import { setScene, type Scene } from "./scene.ts";
import { rows, type Row } from "./rows.ts";

const keyOf = (route: { method: string; path: string }): string =>
  `${route.method.toUpperCase()} ${route.path}`;

describe("the access matrix", function () {
  this.timeout(60_000);
  let world: World;
  let scene: Scene;
  before(async () => {
    world = await World.start();
    scene = await setScene(world);
  });
  after(() => world.stop());

  const call = (who: Person, key: string, row: Row) => {
    const [method = "", path = ""] = key.split(" ");
    const filled = path.replace(/[:*](\w+)/g, (_all, name: string) => {
      const value = row.params?.(scene)[name];
      if (value === undefined) throw new Error(`${key}: no value for :${name}`);
      return value;
    });
    const headers = row.headers ?? {};
    return who.send(method, filled + (row.query ?? ""), {
      ...(row.body ? { body: row.body(scene) } : {}),
      headers,
    });
  };

  it("[ACC-1] has a row for every route, and no row without one", () => {
    const routes = world.app.routes.map(keyOf);
    expect(routes.length).to.be.greaterThan(20);
    expect(routes.filter((key) => !(key in rows))).to.deep.equal([]);
    expect(Object.keys(rows).filter((key) => !routes.includes(key))).to.deep.equal([]);
  });

  it("[ACC-2] matches what each route declares of itself", () => {
    for (const route of world.app.routes) {
      const row = rows[keyOf(route)];
      expect(row?.who === "public", keyOf(route)).to.equal(route.auth === "public");
    }
  });

  for (const [key, row] of Object.entries(rows)) {
    if (row.who === "public") continue;
    it(`[ACC-3] ${key} asks a person without a session to sign in`, async () => {
      (await call(world.stranger(), key, row)).refused("not-authenticated", 401);
    });
    if (row.who === "account") continue;
    const action = row.who;
    it(`[ACC-4] ${key} does not exist for a member of another partnership`, async () => {
      (await call(scene.mallory, key, row)).refused("not-found", 404);
    });
    for (const role of roles) {
      const isAllowed = mayDo([role], action);
      it(`[ACC-5] ${key} ${isAllowed ? "lets" : "refuses"} a ${role}`, async () => {
        const reply = await call(scene.byRole[role], key, row);
        if (isAllowed) {
          const code = (reply.status >= 400 ? (reply.body as { code: string }).code : "") || "";
          expect([401, 500], reply.text).to.not.include(reply.status);
          const excluded = [
            "not-allowed",
            "not-authenticated",
            ...(row.mayBeMissing ? [] : ["not-found"]),
          ];
          expect(excluded).to.not.include(code);
        } else {
          reply.refused("not-allowed", 403);
        }
      });
    }
  }
});
