// A beginning that the visitor gives, and what a network has written after it.
import { byId, make } from 'lamplight-notebook/ui/dom';

/** Shows in the page's `#written` what was written, the beginning set apart, and below it how fast, as `3.2 tokens a second`. */
export function showWritten(text: string, beginning: string, speed: string): void {
  const given = text.startsWith(beginning) ? beginning : '';
  byId('written', HTMLElement).replaceChildren(make('b', {}, given), text.slice(given.length));
  byId('speed', HTMLElement).textContent = `${speed} a second, keys and values kept`;
}
