// The page of `npm run check -- look-inside`, in Node: its sections as a browser would read them, and how the command is asked.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'lamplight';
import { visualization } from 'lamplight/interpret';
import { io } from 'lamplight/vision';
import { expect, test, vi } from 'vitest';
import { Sheet } from '../../../scripts/checks/look-inside/sheet';
import { PaperCanvas } from '../../support/paper-canvas';

/** The bytes that an address of a picture holds. */
const bytesOf = (address: string): Uint8Array => new Uint8Array(Buffer.from(address.split(',')[1]!, 'base64'));

test('sections hold pictures, canvases and points', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-sheet-'));
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    const sheet = new Sheet(join(folder, 'index.html'));
    const pictures = torch.tensor([0, 0.2, 0.4, 1, 3, 3, 3, 5], { dtype: torch.float32 }).reshape([2, 1, 2, 2]);
    await sheet.pictures('two', pictures, { nrow: 2, zoom: 5 });
    const canvas = new PaperCanvas();
    await visualization.visualizeImageAttr(pictures.at(0), { canvas, outlierPerc: 0, figSize: [0.04, 0.04] });
    await sheet.canvases('a canvas', [canvas]);
    await sheet.points(
      'three',
      torch.tensor(
        [
          [0, 0],
          [1, 2],
          [2, 1],
        ],
        { dtype: torch.float32 },
      ),
      [0, 1, 11],
    );
    const html = readFileSync(sheet.file, 'utf8');
    const figures = html.match(/<figure>.*?<\/figure>/gs)!;
    expect(figures.map((figure) => /<figcaption>(.*)<\/figcaption>/.exec(figure)![1])).toEqual([
      'two',
      'a canvas',
      'three',
    ]);
    const [two, drawn] = [...html.matchAll(/src="(data:image\/png;base64,[^"]+)"/g)].map(([, address]) =>
      bytesOf(address!),
    );
    // Each is scaled to its own range; a white pixel stands between them.
    const grid = await io.readImage(two!, 'GRAY');
    expect([grid.shape, figures[0]!.includes('width="35"')]).toEqual([[4, 7, 1], true]);
    expect(await grid.at(1).flatten().tolist()).toEqual([255, 0, 51, 255, 0, 0, 255]);
    const heat = await io.readImage(drawn!, 'RGB');
    expect(heat.shape).toEqual([4, 4, 3]);
    expect(await heat.at(3, 3).tolist()).toEqual([8, 48, 107]);
    // The largest y is at the top.
    expect(figures[2]!.match(/c[xy]="[\d.]+"/g)).toEqual([
      'cx="10.0"',
      'cy="410.0"',
      'cx="210.0"',
      'cy="10.0"',
      'cx="410.0"',
      'cy="210.0"',
    ]);
    expect(new Set(figures[2]!.match(/fill="#\w+"/g)).size).toBe(2);
  } finally {
    log.mockRestore();
    rmSync(folder, { recursive: true });
  }
});

test('the command says how it is asked', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/checks/look-inside.mjs', ...args], { encoding: 'utf8' });
  expect(run('--help').stdout).toContain('Usage: npm run check -- look-inside [options]');
  const wrong = run('--points', '20');
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('--points')]);
});
