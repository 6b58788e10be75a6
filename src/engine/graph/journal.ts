// The journal of a rehearsal: how everything that user code changes meanwhile is put back when the rehearsal ends.

const state: { undos: Map<object, () => void> | null } = { undos: null };

/** True while changes are recorded, so that they can be undone. */
export const isJournaling = (): boolean => state.undos !== null;

/**
 * Belongs before every change of something that outlives a rehearsal. `save` is called at the first change of `owner` while
 * there is a rehearsal, and returns what puts it back as it was.
 */
export function beforeChange(owner: object, save: () => () => void): void {
  const { undos } = state;
  if (undos === null || undos.has(owner)) return;
  undos.set(owner, save());
}

/** Puts the properties of an object back, those of its prototype's accessors left out, and takes away those that are new. */
export function keepProperties(owner: object): () => void {
  const prototype = Object.getPrototypeOf(owner);
  const saved = Object.getOwnPropertyDescriptors(owner);
  return () => {
    for (const key of Reflect.ownKeys(owner)) if (!Object.hasOwn(saved, key)) Reflect.deleteProperty(owner, key);
    Object.defineProperties(owner, saved);
    Object.setPrototypeOf(owner, prototype);
  };
}

/** Starts a journal. The returned function undoes its changes, last one first, and ends it. */
export function startJournal(): () => void {
  const undos = new Map<object, () => void>();
  state.undos = undos;
  return () => {
    state.undos = null;
    for (const undo of [...undos.values()].reverse()) undo();
  };
}

/** Runs `fn`, and undoes its changes; within a rehearsal, the rehearsal undoes them at its end. */
export function undone<T>(fn: () => T): T {
  if (isJournaling()) return fn();
  const undo = startJournal();
  try {
    return fn();
  } finally {
    undo();
  }
}
