// A turn of the event loop, which a timer would hold up: browsers let a timer that timers set wait for 4 ms.

/** Resolves once the messages that have come to this thread were handled. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
