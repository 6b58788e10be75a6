// What a page of the gallery has to do when it is driven.
import type { Locator, Page } from 'playwright';

export interface ExpectedPage {
  /** Does the page's main job by mouse and keyboard, and asserts its numbers and pixels. */
  drive(page: Page): Promise<void>;
  /** Paths of the files that its program reads, where it computes nothing without. */
  readonly files?: readonly string[];
  /** Addresses that its program asks for, and that nobody answers here. */
  readonly blocked?: RegExp;
  /** What its program says where the files are none, since this machine cannot have them. */
  readonly lacking?: string;
}

/** The last number in a text, such as that of a reading. */
export async function numberIn(place: Locator): Promise<number> {
  const found = (await place.innerText()).replaceAll('−', '-').match(/-?\d+(?:\.\d+)?/g);
  return Number(found?.at(-1));
}

/** How many different colours a canvas shows: one that was never drawn has one. */
export const colorsOf = (canvas: Locator): Promise<number> =>
  canvas.evaluate((element: HTMLCanvasElement) => {
    const { data } = element.getContext('2d')!.getImageData(0, 0, element.width, element.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });

/** What a program reported, by shape and numbers. */
export interface Reported {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Has the page keep what its program reports, also when it is opened again; gives the newest reading of a name, null where there was none yet. */
export async function reportsOf(page: Page): Promise<(name: string) => Promise<Reported | null>> {
  const keep = () => {
    const kept: Record<string, unknown> = {};
    Object.assign(window, { kept });
    addEventListener('gallery-report', (event) => Object.assign(kept, (event as CustomEvent<object>).detail));
  };
  await page.addInitScript(keep);
  await page.evaluate(keep);
  return (name) =>
    page.evaluate((wanted) => {
      const { kept } = window as unknown as { kept: Record<string, Reported | undefined> };
      const reading = kept[wanted];
      return reading?.shape ? { shape: [...reading.shape], data: Array.from(reading.data) } : null;
    }, name);
}

/** Drops a file in the middle of the page, as a visitor does from a folder. */
export async function dropFile(
  page: Page,
  { name, type, bytes }: { readonly name: string; readonly type: string; readonly bytes: Buffer },
): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ({ base64, ...file }) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([content], file.name, { type: file.type }));
      return transfer;
    },
    { name, type, base64: bytes.toString('base64') },
  );
  await page.dispatchEvent('main', 'drop', { dataTransfer });
}

/** A picture of one colour as a file, which the page's own browser makes. */
export async function pictureFile(page: Page, color: string): Promise<Buffer> {
  const url = await page.evaluate((fill) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [60, 40];
    const context = canvas.getContext('2d')!;
    context.fillStyle = fill;
    context.fillRect(0, 0, 60, 40);
    return canvas.toDataURL('image/png');
  }, color);
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}
