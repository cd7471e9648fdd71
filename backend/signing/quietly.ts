import { isRefusal } from "../../domain/kernel/refusal.ts";
import type { SigningDeps } from "./deps.ts";
import type { StoredRequest } from "./store.ts";

/** Work that is asked again later: its failure is logged and costs the caller nothing. */
export async function quietly(
  deps: Pick<SigningDeps, "log">,
  request: StoredRequest,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = isRefusal(error) ? error.code : "unexpected";
    deps.log.error({ err: error, code, requestId: request._id }, "signing will be taken up again");
  }
}

/** Waits for work that goes on by itself, but not longer than `waitMs`. */
export async function within(work: Promise<unknown>, waitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  await Promise.race([work, patience]);
  clearTimeout(timer);
}
