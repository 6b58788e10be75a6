// What stands in the place of a page that the browser does not keep, while there is no connection: what it does keep. The service worker
// leads here, with the page's address below the site as `page`.
import { byId, make } from 'lamplight-notebook/ui/dom';
import { startShell } from '../ui/shell';

startShell('../');
const site = new URL('../', location.href).href;
const wanted = new URL(new URLSearchParams(location.search).get('page') ?? '', site).href;

if (wanted.startsWith(site) && wanted !== site) {
  byId('again', HTMLParagraphElement).append(make('a', { className: 'button primary', href: wanted }, 'Try again'));
  addEventListener('online', () => location.replace(wanted));
}

/** Pages that the service worker has stored, by their addresses. */
async function keptPages(): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) {
      if (!url.startsWith(site) || !url.endsWith('/') || url === new URL('.', location.href).href) continue;
      const text = (await (await cache.match(url))?.text()) ?? '';
      const { title } = new DOMParser().parseFromString(text, 'text/html');
      pages.set(url, title.replace(/ · Lamplight$/, ''));
    }
  }
  return pages;
}

const pages = [...(await keptPages())].sort(([, a], [, b]) => a.localeCompare(b));
byId('kept', HTMLUListElement).replaceChildren(
  ...pages.map(([href, title]) => make('li', {}, make('a', { href }, title))),
);
