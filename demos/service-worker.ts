// Keeps the built site in the browser, so that it opens without a connection. Pages come from the network where there is one, so
// that a new version of the site is seen at once; what they are made of has its contents in its name, and comes from the store.
// MNIST is kept by who reads it (mnist/files.ts).

/** What demos/build/offline.ts writes in front of this script: the site's files, beside it, and a name for just these contents. */
declare const SITE: {
  readonly version: string;
  /** Kept at the first visit of any page. */
  readonly files: readonly string[];
  /** Kept once a page asks for the group. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** Kept as they are asked for. */
  readonly others: readonly string[];
};

/** What a page tells: addresses that it has loaded, and groups of files that it may need. */
interface Wish {
  readonly addresses?: readonly string[];
  readonly groups?: readonly string[];
}

/** What TypeScript's library for pages does not know of workers. */
interface WorkEvent extends Event {
  readonly request: Request;
  readonly data: Wish;
  waitUntil(work: Promise<unknown>): void;
  respondWith(response: Promise<Response>): void;
}

const PREFIX = 'lamplight-site-';
const NAME = PREFIX + SITE.version;
const absolute = (files: readonly string[]) => files.map((file) => new URL(file, location.href).href);
const atOnce = absolute(SITE.files);
const groups = new Map(Object.entries(SITE.groups).map(([name, files]) => [name, absolute(files)]));
const later = new Set([...[...groups.values()].flat(), ...absolute(SITE.others)]);
const all = new Set([...atOnce, ...later]);

/** The address under which a file is kept: without what follows `?` and `#`, and a page by its folder. */
function addressOf(url: string): string {
  const address = new URL(url);
  return `${address.origin}${address.pathname.replace(/\/index\.html$/, '/')}`;
}

/** Whether the name tells the contents, so that no version differs. */
const isNamedByContents = (address: string): boolean => /-[\w-]{8}\.\w+$/.test(address);

/** A page of what is kept, in the place of one that is not. */
function insteadOf(address: string): Response {
  const { href } = new URL('./', location.href);
  return Response.redirect(`${href}offline/?page=${encodeURIComponent(address.slice(href.length))}`);
}

/** The browser may hold a page of the version before; what is named by its contents never changes. */
const requestFor = (address: string) =>
  new Request(address, { cache: isNamedByContents(address) ? 'default' : 'no-cache' });

async function store(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.addAll(atOnce.map(requestFor));
  // What the version before kept beyond that, as far as it is the same.
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === NAME) continue;
    const before = await caches.open(name);
    for (const { url } of await before.keys()) {
      const response = later.has(url) && isNamedByContents(url) ? await before.match(url) : undefined;
      if (response) await cache.put(url, response);
    }
  }
}

/** Runs once no page of the version before is open. */
async function clear(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)),
  );
}

async function keep({ addresses = [], groups: wanted = [] }: Wish): Promise<void> {
  const cache = await caches.open(NAME);
  const wishes = new Set([...addresses.map(addressOf), ...wanted.flatMap((name) => groups.get(name) ?? [])]);
  for (const address of wishes) {
    // Without a connection, what is not there stays away.
    if (later.has(address) && !(await cache.match(address))) await cache.add(requestFor(address)).catch(() => {});
  }
}

async function kept(request: Request): Promise<Response | undefined> {
  const cache = await caches.open(NAME);
  return cache.match(addressOf(request.url), { ignoreVary: true });
}

/** From the network, and into the store. */
async function fetched(request: Request): Promise<Response> {
  const response = await fetch(request);
  const address = addressOf(request.url);
  if (response.ok && later.has(address)) await (await caches.open(NAME)).put(address, response.clone());
  return response;
}

async function answer(request: Request): Promise<Response> {
  if (request.mode !== 'navigate' && isNamedByContents(request.url)) return (await kept(request)) ?? fetched(request);
  try {
    return await fetched(request);
  } catch (error) {
    const page = await kept(request);
    if (page) return page;
    if (request.mode === 'navigate') return insteadOf(request.url);
    throw error;
  }
}

const on = (type: string, listener: (event: WorkEvent) => void) =>
  addEventListener(type, (event) => listener(event as WorkEvent));
on('install', (event) => event.waitUntil(store()));
on('activate', (event) => event.waitUntil(clear()));
on('message', (event) => event.waitUntil(keep(event.data)));
on('fetch', (event) => {
  if (event.request.method === 'GET' && all.has(addressOf(event.request.url))) event.respondWith(answer(event.request));
});

export {};
