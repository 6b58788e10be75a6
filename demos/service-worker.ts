// Keeps the built site in the browser, so that it opens without a connection. Pages come from the network where there is one, so
// that a new version of the site is seen at once; what they are made of has its contents in its name, and comes from the store.
// MNIST is kept by who reads it (mnist/files.ts).

/** What demos/build/offline.ts writes in front of this script: the site's files, beside it, and a name for just these contents. */
declare const SITE: { readonly version: string; readonly files: readonly string[] };

/** What TypeScript's library for pages does not know of workers. */
interface WorkEvent extends Event {
  readonly request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(response: Promise<Response>): void;
}

const PREFIX = 'lamplight-site-';
const NAME = PREFIX + SITE.version;
const addresses = new Set(SITE.files.map((file) => new URL(file, location.href).href));

/** The address under which a file is kept: without what follows `?` and `#`, and a page by its folder. */
function addressOf(url: string): string {
  const address = new URL(url);
  return `${address.origin}${address.pathname.replace(/\/index\.html$/, '/')}`;
}

async function store(): Promise<void> {
  const cache = await caches.open(NAME);
  // The browser may hold a page of the version before; anything else changes its name with its contents.
  const request = (address: string) => new Request(address, { cache: address.endsWith('/') ? 'no-cache' : 'default' });
  await cache.addAll([...addresses].map(request));
}

/** Runs once no page of the version before is open. */
async function clear(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)),
  );
}

async function kept(request: Request): Promise<Response | undefined> {
  const cache = await caches.open(NAME);
  return cache.match(addressOf(request.url), { ignoreVary: true });
}

async function answer(request: Request): Promise<Response> {
  if (request.mode !== 'navigate') return (await kept(request)) ?? fetch(request);
  try {
    return await fetch(request);
  } catch (error) {
    const page = await kept(request);
    if (page) return page;
    throw error;
  }
}

const on = (type: string, listener: (event: WorkEvent) => void) =>
  addEventListener(type, (event) => listener(event as WorkEvent));
on('install', (event) => event.waitUntil(store()));
on('activate', (event) => event.waitUntil(clear()));
on('fetch', (event) => {
  if (event.request.method === 'GET' && addresses.has(addressOf(event.request.url)))
    event.respondWith(answer(event.request));
});

export {};
