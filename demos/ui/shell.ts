// What every page of the site starts with: the switch between light and dark, and the service worker that keeps the site.
import { byId } from 'lamplight-notebook/ui/dom';
import { initTheme } from 'lamplight-notebook/ui/theme';
import { keepOffline } from './offline';

/** Starts what the header of a page needs; `root` is the address of the site's own folder, as seen from this page. */
export function startShell(root: string): void {
  initTheme(byId('theme', HTMLButtonElement));
  keepOffline(root);
}
