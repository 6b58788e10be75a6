// What a page of the gallery has to do when it is driven.
import type { Locator, Page } from 'playwright';

export interface ExpectedPage {
  /** Does the page's main job by mouse and keyboard, and asserts its numbers and pixels. */
  drive(page: Page): Promise<void>;
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
