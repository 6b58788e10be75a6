// The part of the recorder of courses that is served to its page.
import { runNotebook } from 'lamplight-notebook/headless';
import { type Still, stillOf } from 'lamplight-notebook/outputs/still';
import { recordedHtml } from 'lamplight-notebook/panels';
import type { Ended } from 'lamplight-notebook/protocol';

/** What the recorder hands to its page, as JSON. */
export interface Given {
  readonly markdown: string;
  readonly language: 'python' | 'typescript';
  /** The address of the site's home. */
  readonly site: string;
}

/** The recorder's own functions in the page. */
interface Host {
  /** The name of the file that a picture has become; its bytes are in base64. */
  keepPicture(bytes: string): Promise<string>;
  ended(source: string, still: Still, how: Ended['how'], problem: string): unknown;
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Runs a course at its short setting, and tells the recorder of each cell; the number of those that failed. */
export function recordGiven({ markdown, language, site }: Given): Promise<number> {
  const host = globalThis as unknown as Host;
  let source = '';
  return runNotebook(
    markdown,
    { short: true, site, language },
    {
      began: (_, text) => {
        source = text;
      },
      ended: async (_, outputs, { how }) => {
        const error = outputs.find(({ kind }) => kind === 'error');
        const problem = error?.kind === 'error' ? `${error.name}: ${error.message}` : '';
        const still = await stillOf(outputs, async (webp) => host.keepPicture(await base64(webp)));
        await host.ended(source, still, how, problem);
      },
      note: () => {},
    },
  );
}

/** The recorded cells, in which panels are drawn anew of the data that goes with each. */
export function panelsAnew(cells: Readonly<Record<string, string>>): Record<string, string> {
  const anew = (html: string): string => {
    const place = document.createElement('div');
    place.innerHTML = html;
    const panels = [...place.querySelectorAll<HTMLElement>('[data-panel]')];
    for (const panel of panels) panel.outerHTML = recordedHtml(JSON.parse(panel.dataset.panel ?? ''));
    for (const box of place.querySelectorAll('.touch [tabindex]')) box.removeAttribute('tabindex');
    return panels.length > 0 ? place.innerHTML : html;
  };
  return Object.fromEntries(Object.entries(cells).map(([key, html]) => [key, anew(html)]));
}
