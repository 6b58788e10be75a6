// The pace: what reads files waits for the device too, where one is open, and knows no more of it than that.

let pacer: (() => Promise<void>) | null = null;

/** Whoever opens a device says how others keep its pace. */
export function setPacer(keep: () => Promise<void>): void {
  pacer = keep;
}

/** While a value is being read back: resolves once the device is at most two runs behind. A loop that awaits files alone stays that near. */
export const keepPace = async (): Promise<void> => pacer?.();
