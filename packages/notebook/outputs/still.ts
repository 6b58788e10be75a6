// Makes of a cell's outputs HTML that a page can show before anything runs: the elements that a page draws, with pictures as files.
import { recordedHtml } from '../panels';
import type { GridOutput, Output, PictureOutput, PlotOutput } from '../protocol';
import { make } from '../ui/dom';
import { Outputs } from './outputs';
import { inWords, isPlain, keysOf } from './plot-words';
import { stillPlot } from './still-plot';

/** Where pictures go; each gives the name by which the HTML knows its file. */
export type KeepPicture = (webp: Blob) => Promise<string>;

export interface Still {
  readonly html: string;
  /** Declarations of style by the class that stands for them: pages refuse those in elements. */
  readonly styles: Readonly<Record<string, string>>;
}

/** Shares of quality that a picture is coded with where it need not be the same to the bit: small ones, whose pixels are seen, and others. */
const QUALITY = { pixels: 0.92, other: 0.82 } as const;
/** Bytes from which a picture that is the same to the bit has to be worth them. */
const MANY = 24_000;
/** The widest sheet of pictures that share a file. */
const WIDEST = 8192;

/** Outputs as they are at the end of a run. What tells of the run alone, such as bars of progress, is left out. */
export async function stillOf(outputs: readonly Output[], keep: KeepPicture): Promise<Still> {
  const shown = outputs.filter(({ kind }) => kind !== 'bars');
  if (shown.length === 0) return { html: '', styles: {} };
  // Outside of the page, so that no picture is asked for by the name of its file.
  const view = new Outputs(() => {});
  for (const [slot, output] of shown.entries()) view.put(slot, output);
  view.show();
  const find = (selector: string) => [...view.element.querySelectorAll<HTMLElement>(`:scope > ${selector}`)];
  const of = <K extends Output['kind']>(kind: K) =>
    shown.filter((output): output is Extract<Output, { kind: K }> => output.kind === kind);

  const [pictures, grids] = [of('picture'), of('grid')];
  for (const [i, figure] of find('.picture').entries()) await setPicture(figure, pictures[i]!, keep);
  for (const [i, figure] of find('.grid').entries()) await setGrid(figure, grids[i]!, keep);
  const plots = of('plot');
  find('.plot-place').forEach((place, i) => {
    place.replaceWith(plotFigure(plots[i]!));
  });
  const panels = of('panel');
  find('.panel-place').forEach((place, i) => {
    place.replaceWith(make('div', { className: 'panel-place', innerHTML: recordedHtml(panels[i]!.data) }));
  });
  for (const button of view.element.querySelectorAll('.file button, .failure button')) {
    button.replaceWith(make('span', {}, (button.textContent ?? '').replace(/^Save /, 'File ')));
  }
  const styles = await stylesOutOf(view.element);
  // Pages tell themselves what scrolls, and what is read aloud at once is what has just happened.
  for (const box of view.element.querySelectorAll('[tabindex]')) box.removeAttribute('tabindex');
  for (const alert of view.element.querySelectorAll('[role="alert"]')) alert.removeAttribute('role');
  const html = view.element.innerHTML.replaceAll(' class=""', '');
  view.clear();
  return { html, styles };
}

function plotFigure(output: PlotOutput): HTMLElement {
  const box = make('div', { className: 'plot-still', innerHTML: stillPlot(output) });
  box.setAttribute('role', 'img');
  box.setAttribute('aria-label', inWords(output));
  const figure = make('figure', { className: 'out plot' }, box);
  if (output.title) figure.prepend(make('figcaption', {}, output.title));
  if (!isPlain(output)) figure.append(make('p', { className: 'plot-keys' }, ...keysOf(output)));
  return figure;
}

const imageOf = (src: string, { width, height, alt, pixelated }: PictureOutput): HTMLImageElement => {
  const image = make('img', { loading: 'lazy', decoding: 'async', alt, className: pixelated ? 'pixelated' : '' });
  image.width = Math.round(width);
  image.height = Math.round(height);
  image.setAttribute('src', src);
  return image;
};

/** One picture, or one for each theme. */
async function imagesOf(picture: PictureOutput, keep: KeepPicture): Promise<HTMLImageElement[]> {
  const coded = async (png: Blob) => keep(await webpOf(canvasOf(await createImageBitmap(png)), picture.pixelated));
  const light = imageOf(await coded(picture.png), picture);
  if (!picture.dark) return [light];
  const dark = imageOf(await coded(picture.dark), picture);
  light.classList.add('in-light');
  dark.classList.add('in-dark');
  return [light, dark];
}

async function setPicture(figure: HTMLElement, picture: PictureOutput, keep: KeepPicture): Promise<void> {
  figure.querySelector('img')?.replaceWith(...(await imagesOf(picture, keep)));
  figure.querySelector('figcaption[hidden]')?.remove();
}

/** Pictures of one size stand side by side in a file, as many as go into one. */
async function setGrid(figure: HTMLElement, { items }: GridOutput, keep: KeepPicture): Promise<void> {
  const figures = [...figure.querySelectorAll<HTMLElement>('.picture')];
  const bitmaps = await Promise.all(items.map(({ picture }) => createImageBitmap(picture.png)));
  const [first] = bitmaps;
  const isSheet =
    bitmaps.length > 1 &&
    bitmaps.every(({ width, height }) => width === first!.width && height === first!.height) &&
    items.every(({ picture }) => picture.dark === null && picture.pixelated === items[0]!.picture.pixelated);
  if (!isSheet) {
    for (const [i, item] of items.entries()) await setPicture(figures[i]!, item.picture, keep);
    return;
  }
  const { width, height } = first!;
  const rows = figure.querySelector<HTMLElement>('.grid-rows')!;
  const widest = Math.round(Math.max(...items.map(({ picture }) => picture.width)));
  rows.style.cssText += `--tile: ${widest}px; --shape: ${width} / ${height}`;
  const most = Math.max(1, Math.floor(WIDEST / width));
  for (let from = 0; from < bitmaps.length; from += most) {
    const part = bitmaps.slice(from, from + most);
    const canvas = new OffscreenCanvas(part.length * width, height);
    const pen = canvas.getContext('2d')!;
    part.forEach((bitmap, i) => {
      pen.drawImage(bitmap, i * width, 0);
    });
    const src = await keep(await webpOf(canvas, items[from]!.picture.pixelated));
    part.forEach((_, i) => {
      const { picture } = items[from + i]!;
      const image = imageOf(src, picture);
      image.width = part.length * width;
      image.height = height;
      const tile = make('span', { className: 'tile' }, image);
      tile.style.cssText = `--tiles: ${part.length}; --at: ${i}`;
      const own = figures[from + i]!;
      own.querySelector('img')?.replaceWith(tile);
      own.querySelector('figcaption[hidden]')?.remove();
    });
  }
}

function canvasOf(bitmap: ImageBitmap): OffscreenCanvas {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0);
  return canvas;
}

/** The same to the bit, as long as that costs little; Chromium codes so at a quality of 1. */
async function webpOf(canvas: OffscreenCanvas, isPixelated: boolean): Promise<Blob> {
  const exact = await canvas.convertToBlob({ type: 'image/webp', quality: 1 });
  if (exact.size < MANY) return exact;
  const quality = isPixelated ? QUALITY.pixels : QUALITY.other;
  const close = await canvas.convertToBlob({ type: 'image/webp', quality });
  return close.size < 0.7 * exact.size ? close : exact;
}

/** Classes in the place of what elements say of their own style. */
async function stylesOutOf(root: HTMLElement): Promise<Record<string, string>> {
  const styles: Record<string, string> = {};
  for (const element of root.querySelectorAll('[style], [data-style]')) {
    const text = (element.getAttribute('style') ?? element.getAttribute('data-style') ?? '').trim();
    element.removeAttribute('style');
    element.removeAttribute('data-style');
    // How many lines a text has matters while more come.
    if (/^--lines: \d+;$/.test(text)) continue;
    const name = await nameOf(text);
    styles[name] = text;
    element.classList.add(name);
  }
  return styles;
}

async function nameOf(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return `look-${Array.from(bytes.slice(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
