// Which language a course's page shows: the one that its address names, else the one that was chosen last.

import type { Language } from 'lamplight-notebook/file/notebook';
import { inAddress, keepInAddress, remember, remembered } from 'lamplight-notebook/ui/kept';

const STORAGE_KEY = 'lamplight-language';

/** The language of a page of these languages; pages without a choice are in TypeScript, with other cells between. */
export function chosenLanguage(languages: readonly Language[]): Language {
  const known = (name: string | null) => languages.find((language) => language === name);
  return known(inAddress('language')) ?? known(remembered(STORAGE_KEY)) ?? languages[0] ?? 'typescript';
}

/** Leaves the cells of one language in the page, and says in its address which one it is. */
export function showLanguage(language: Language, languages: readonly Language[], cells: HTMLElement): void {
  if (languages.length === 0) return;
  for (const cell of cells.querySelectorAll<HTMLElement>(':scope > .code-cell')) {
    if ((cell.dataset.language ?? 'typescript') === language) cell.hidden = false;
    else cell.remove();
  }
  keepInAddress('language', language === languages[0] ? null : language);
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.languages a')) {
    const own = link.dataset.language ?? '';
    if (own === language) link.setAttribute('aria-current', 'true');
    link.addEventListener('click', () => remember(STORAGE_KEY, own));
  }
}
