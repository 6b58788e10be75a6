// Lets the built site open without a connection after the first visit.
import { whenLoaded } from 'lamplight-notebook/ui/resources';

const supported = (): boolean => import.meta.env.PROD && 'serviceWorker' in navigator;

async function tell(wish: {
  readonly addresses?: readonly string[];
  readonly groups?: readonly string[];
}): Promise<void> {
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage(wish);
}

/** Registers the service worker of the site whose own folder lies at `root`, as seen from this page, and has it keep what the page loads. */
export function keepOffline(root: string): void {
  if (!supported()) return;
  const script = new URL('service-worker.js', new URL(root, location.href));
  // The browser may forbid it; the page then needs a connection, as most do.
  navigator.serviceWorker.register(script).catch(() => {});
  keepAddresses([location.href]);
  whenLoaded(keepAddresses);
}

/** Has files of the site kept that were loaded, by this page or by its workers. */
export function keepAddresses(addresses: readonly string[]): void {
  if (supported()) void tell({ addresses });
}

/** Has a group of files kept that this page may need: what runs notebooks, or what edits them. */
export function keepGroup(group: 'notebook' | 'editor'): void {
  if (supported()) void tell({ groups: [group] });
}

/** How a notebook's cells have the site keep what they load: parts of a listener. */
export const keeping = { fetched: keepAddresses, uses: keepGroup };
