// Lets the built site open without a connection after the first visit.

/** Registers the service worker of the site whose own folder lies at `root`, as seen from this page. */
export function keepOffline(root: string): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const script = new URL('service-worker.js', new URL(root, location.href));
  // The browser may forbid it; the page then needs a connection, as most do.
  navigator.serviceWorker.register(script).catch(() => {});
}
