// Waits until garbage is collected and those who are told of it have been told, however busy the machine is.
const { gc } = globalThis as { gc?(): void };

const registry = new FinalizationRegistry<() => void>((tell) => tell());

/** Resolves when what nobody holds has been collected, and the memory that it had is free. */
export async function collected(): Promise<void> {
  // What is freed may hold other objects, which go at the next time.
  for (let i = 0; i < 3; i++) {
    let isTold = false;
    registry.register({}, () => {
      isTold = true;
    });
    while (!isTold) {
      gc!();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // Other registries may be told behind this one.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
