/** Numbers from 0 to 1 that a seed decides (mulberry32), so that a failing run can be repeated. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of a run that asks for none: what one change is refused for, the next is not by chance. */
const pinned = 20_261_122;

/** The seed of this run: `SEED` of the environment, a new one for `SEED=random`. */
export function seedOfRun(): number {
  const given = process.env["SEED"];
  if (given === undefined) return pinned;
  if (given !== "random") return Number(given);
  const drawn = Math.floor(Math.random() * 2 ** 31);
  process.env["SEED"] = String(drawn);
  return drawn;
}
