// Files of a visitor's own: pictures in folders on the disk, and files that are dropped on a page.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';

/** A folder on the disk with pictures of plain colours, in a folder for each. */
export async function folderOfColors(page: Page, colors: readonly string[], count: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lamplight-pictures-'));
  for (const color of colors) {
    await mkdir(join(folder, color));
    for (let i = 0; i < count; i++) {
      await writeFile(join(folder, color, `${i}.png`), await pictureOf(page, color, i / 40));
    }
  }
  return folder;
}

/** A PNG of one colour, made darker by a share. */
export async function pictureOf(page: Page, color: string, shade = 0): Promise<Buffer> {
  const address = await page.evaluate(
    ([name, dark]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 90, height: 70 });
      const context = canvas.getContext('2d')!;
      context.fillStyle = name;
      context.fillRect(0, 0, 90, 70);
      context.fillStyle = `rgb(0 0 0 / ${dark})`;
      context.fillRect(0, 0, 90, 70);
      return canvas.toDataURL();
    },
    [color, shade] as const,
  );
  return Buffer.from(address.slice(address.indexOf(',') + 1), 'base64');
}

/** Drops files or folders of the disk on a place of the page, as from the desktop. */
export async function dropPaths(place: Locator, paths: readonly string[]): Promise<void> {
  await place.scrollIntoViewIfNeeded();
  const box = (await place.boundingBox())!;
  const session = await place.page().context().newCDPSession(place.page());
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data });
  }
  await session.detach();
}

/** Drops one file with these bytes. */
export async function dropBytes(place: Locator, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(await mkdtemp(join(tmpdir(), 'lamplight-dropped-')), name);
  await writeFile(path, bytes);
  await dropPaths(place, [path]);
}
