// Which language a course's page shows: the one that its address names, else the one that was chosen last.
import type { Language } from '../file/notebook';

const STORAGE_KEY = 'lamplight-language';

function remembered(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

function remember(language: string): void {
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // A browser that keeps nothing shows the first language on the next page.
  }
}

/** The language of a page of these languages; pages without a choice are in TypeScript, with other cells between. */
export function chosenLanguage(languages: readonly Language[]): Language {
  const named = new URLSearchParams(location.search).get('language');
  const known = (name: string | null) => languages.find((language) => language === name);
  return known(named) ?? known(remembered()) ?? languages[0] ?? 'typescript';
}

/** Leaves the cells of one language in the page, and says in its address which one it is. */
export function showLanguage(language: Language, languages: readonly Language[], cells: HTMLElement): void {
  if (languages.length === 0) return;
  for (const cell of cells.querySelectorAll<HTMLElement>(':scope > .code-cell')) {
    if ((cell.dataset.language ?? 'typescript') === language) cell.hidden = false;
    else cell.remove();
  }
  const address = new URL(location.href);
  if (language === languages[0]) address.searchParams.delete('language');
  else address.searchParams.set('language', language);
  history.replaceState(history.state, '', address);
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.languages a')) {
    const own = link.dataset.language ?? '';
    if (own === language) link.setAttribute('aria-current', 'true');
    link.addEventListener('click', () => remember(own));
  }
}
