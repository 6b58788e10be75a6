// What a page or a worker loads.

/** Tells the addresses of what has been loaded so far, and of what is loaded from now on. */
export function whenLoaded(heard: (addresses: readonly string[]) => void): void {
  const observer = new PerformanceObserver((list) => heard(list.getEntries().map(({ name }) => name)));
  observer.observe({ type: 'resource', buffered: true });
}
