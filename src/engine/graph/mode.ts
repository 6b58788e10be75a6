// The recording mode: whether gradients are recorded, and whether values for them are kept.

/** The mutable state of the recording thread; each page or worker has its own. */
export const mode = {
  /** Record gradients. */
  grad: true,
  /** Make flushes keep the values that a later backward will read. */
  keepSaved: true,
  /**
   * The recorded work belongs together, such as the gradients of one backward, so an automatic flush must not split it.
   */
  whole: false,
  /**
   * Record what a GPU computes as one operation as the operations that make it up, whatever the device: for exporters,
   * which know those.
   */
  apart: false,
  /** The number of bytes of values that were recorded since the last flush and that the user's tensors hold. */
  pendingBytes: 0,
  /** The number of nodes recorded since the last flush. */
  recorded: 0,
  /** If this thread may not run operations: makes the error that they throw. Views and constants are still allowed. */
  refusal: null as ((op: string) => Error) | null,
};

/** Runs `fn` with parts of the mode replaced, and restores them afterwards, even if `fn` throws. */
export function withMode<T>(change: { grad?: boolean; keepSaved?: boolean; whole?: boolean }, fn: () => T): T {
  const { grad, keepSaved, whole } = mode;
  mode.grad = change.grad ?? grad;
  mode.keepSaved = change.keepSaved ?? keepSaved;
  mode.whole = change.whole ?? whole;
  try {
    return fn();
  } finally {
    mode.grad = grad;
    mode.keepSaved = keepSaved;
    mode.whole = whole;
  }
}
