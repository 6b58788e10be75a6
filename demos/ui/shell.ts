// What every page of the site starts with: the search, the switch between light and dark, and the service worker that keeps the site.
import { byId } from 'lamplight-notebook/ui/dom';
import { initTheme } from 'lamplight-notebook/ui/theme';
import { keepOffline } from './offline';

/** Starts what the header of a page needs; `root` is the address of the site's own folder, as seen from this page. */
export function startShell(root: string): void {
  initTheme(byId('theme', HTMLButtonElement));
  startSearch(new URL(root, location.href).href);
  keepOffline(root);
}

/** The search opens by its button and by `/`; until then nothing of it is loaded. */
function startSearch(root: string): void {
  const open = () => void import('../search/search').then(({ openSearch }) => openSearch(root));
  byId('open-search', HTMLButtonElement).addEventListener('click', open);
  document.addEventListener('keydown', (event) => {
    // Of what is written into a shadow tree, such as an editor, the tree's host is the target.
    const [target] = event.composedPath();
    const isTyping =
      target instanceof HTMLElement &&
      (target.isContentEditable || target.matches('input, textarea, select, dialog *'));
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    open();
  });
}
