// The pace: code that reads files waits for an open device by this function alone.

let pacer: (() => Promise<void>) | null = null;

/** Opening a device sets how others keep its pace. */
export function setPacer(keep: () => Promise<void>): void {
  pacer = keep;
}

/** While a value is being read back: resolves once the device is at most two runs behind. A loop that awaits files alone stays that near. */
export const keepPace = async (): Promise<void> => pacer?.();
