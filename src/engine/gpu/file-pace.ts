// The pace: lets code that reads files wait for the device, if one is open, without importing the engine.

let pacer: (() => Promise<void>) | null = null;

/** Sets the function that waits for the device. Called when a device is opened. */
export function setPacer(keep: () => Promise<void>): void {
  pacer = keep;
}

/**
 * While a value is being read back, resolves once the device is at most two runs behind. This keeps a loop that awaits
 * nothing but files from running far ahead of the device.
 */
export const keepPace = async (): Promise<void> => pacer?.();
