import { useSyncExternalStore } from "react";

/** A value that changes and can be watched: the shape `useSyncExternalStore` wants. */
export interface Live<T> {
  readonly get: () => T;
  /** Calls back after each change; returns the way to stop. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** A live value that its owner sets. */
export interface LiveCell<T> extends Live<T> {
  readonly set: (next: T) => void;
}

/** A live value; setting the same value again wakes nobody. */
export function createLive<T>(initial: T): LiveCell<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (next) => {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Reads a live value in a component. */
export function useLive<T>(live: Live<T>): T {
  return useSyncExternalStore(live.subscribe, live.get, live.get);
}

/** Reads one aspect of a live value: the component renders again only when that aspect is another. */
export function useLiveValue<T, V>(live: Live<T>, select: (value: T) => V): V {
  const read = (): V => select(live.get());
  return useSyncExternalStore(live.subscribe, read, read);
}
