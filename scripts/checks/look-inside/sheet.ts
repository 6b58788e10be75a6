// Owns a page of pictures: sections with a grid each, and what is to be seen in them.
import { writeFileSync } from 'node:fs';
import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { io, utils } from 'lamplight/vision';
import type { PaperCanvas } from '../../../test/support/paper-canvas';

/** Ten colours that are told apart, one a class. */
const COLORS = [
  '#1f77b4',
  '#ff7f0e',
  '#2ca02c',
  '#d62728',
  '#9467bd',
  '#8c564b',
  '#e377c2',
  '#7f7f7f',
  '#bcbd22',
  '#17becf',
];

/** Edge of a map of points, in pixels. */
const EDGE = 420;

/** A picture [C, H, W] of bytes as an address that holds it. */
async function addressOf(picture: Tensor): Promise<string> {
  const png = await io.encodePng(picture);
  return `data:image/png;base64,${Buffer.from(Uint8Array.from(await png.data())).toString('base64')}`;
}

export class Sheet {
  readonly #parts: string[] = [];

  constructor(readonly file: string) {}

  /** Pictures [N, C, H, W] side by side, each scaled to its own range unless `plain`. */
  async pictures(title: string, pictures: Tensor, { nrow = 8, zoom = 4, plain = false } = {}): Promise<void> {
    const grid = utils.makeGrid(pictures, { nrow, padding: 1, normalize: !plain, scaleEach: !plain, padValue: 1 });
    const address = await addressOf(grid.clamp(0, 1).mul(255).round().to('uint8'));
    this.#add(title, `<img width="${grid.shape[2]! * zoom}" src="${address}">`);
  }

  /** What was drawn on canvases, side by side. */
  async canvases(title: string, canvases: readonly PaperCanvas[]): Promise<void> {
    const pictures = await Promise.all(
      canvases.map(async (canvas) => {
        const rgba = torch.tensor(Uint8Array.from(canvas.rgba)).reshape([canvas.height, canvas.width, 4]);
        return `<img src="${await addressOf(rgba.narrow(2, 0, 3).permute(2, 0, 1))}">`;
      }),
    );
    this.#add(title, `<div>${pictures.join(' ')}</div>`);
  }

  /** Points [n, 2] in the colours of their classes. */
  async points(title: string, points: Tensor, labels: readonly number[]): Promise<void> {
    const [low, high] = [points.amin([0], { keepdim: true }), points.amax([0], { keepdim: true })];
    const scaled = points
      .sub(low)
      .div(high.sub(low))
      .mul(EDGE - 20)
      .add(10);
    const places = Array.from(await scaled.data());
    const dots = labels.map((label, i) => {
      const [x, y] = [places[2 * i]!.toFixed(1), (EDGE - places[2 * i + 1]!).toFixed(1)];
      return `<circle cx="${x}" cy="${y}" r="2.5" fill="${COLORS[label % COLORS.length]}"/>`;
    });
    this.#add(title, `<svg width="${EDGE}" height="${EDGE}">${dots.join('')}</svg>`);
  }

  /** Adds a section. The file is whole after each, so that one can look while the next are made. */
  #add(title: string, content: string): void {
    this.#parts.push(`<figure><figcaption>${title}</figcaption>${content}</figure>`);
    const style =
      'body{font:14px system-ui;margin:24px;display:flex;flex-wrap:wrap;gap:24px;background:#fff}figure{margin:0}figcaption{margin-bottom:6px}img{image-rendering:pixelated}figure>img{display:block}';
    const head = `<!doctype html><meta charset="utf-8"><title>Looking inside</title><style>${style}</style>`;
    writeFileSync(this.file, `${head}\n${this.#parts.join('\n')}\n`);
    console.log(title);
  }
}
