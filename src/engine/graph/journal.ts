// The journal of a rehearsal (rehearsal.ts) notes how to undo every change that user code makes during the rehearsal.
// All changes are undone at its end.

const state: { undos: Map<object, () => void> | null } = { undos: null };

/** Whether changes are being noted so that they can be undone. */
export const isJournaling = (): boolean => state.undos !== null;

/**
 * Must be called before any change to state that outlives a rehearsal. Before the first change of `owner` within a
 * rehearsal, calls `save`, which returns the function that restores `owner`.
 */
export function beforeChange(owner: object, save: () => () => void): void {
  const { undos } = state;
  if (undos === null || undos.has(owner)) return;
  undos.set(owner, save());
}

/**
 * Saves the own properties and the prototype of an object. The returned function restores them and deletes properties
 * added since then. It calls no accessors of the prototype.
 */
export function keepProperties(owner: object): () => void {
  const prototype = Object.getPrototypeOf(owner);
  const saved = Object.getOwnPropertyDescriptors(owner);
  return () => {
    for (const key of Reflect.ownKeys(owner)) if (!Object.hasOwn(saved, key)) Reflect.deleteProperty(owner, key);
    Object.defineProperties(owner, saved);
    Object.setPrototypeOf(owner, prototype);
  };
}

/** Starts a journal. The returned function undoes the changes in it, the last one first, and ends the journal. */
export function startJournal(): () => void {
  const undos = new Map<object, () => void>();
  state.undos = undos;
  return () => {
    state.undos = null;
    for (const undo of [...undos.values()].reverse()) undo();
  };
}

/** Runs `fn` and undoes its changes. Within a rehearsal, the changes are undone at the end of the rehearsal. */
export function undone<T>(fn: () => T): T {
  if (isJournaling()) return fn();
  const undo = startJournal();
  try {
    return fn();
  } finally {
    undo();
  }
}
