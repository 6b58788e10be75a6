// What Python's stand-ins for Matplotlib and tqdm draw by: the notebook's own pictures, plots and bars.
import type { nn, Tensor } from 'lamplight';
import type { ShowOptions } from '../../builtins';
import { barIn } from '../bars';
import { TensorFilm } from '../film';
import type { RunOutputs } from '../outputs';
import { labelsOf, putPad, type Scores } from '../pad';
import { putPanel } from '../panels';
import { plot } from '../plot';
import { show } from '../show';
import { volumesPanel } from '../volumes';
import { figureFile, showFigure, showReel } from './figure';
import { showFile } from './picture-files';
import { showWithWords, type Words } from './words-on-pictures';

type Lines = Readonly<Record<string, readonly [x: readonly number[], y: readonly number[]]>>;

/** `current`: the run that is drawn in. */
export const drawing = (current: () => RunOutputs) => ({
  show: (thing: unknown, options: ShowOptions & { readonly texts?: readonly (readonly Words[])[] }): void => {
    const { texts, ...own } = options;
    if (!texts) return void show(current(), thing, own);
    const pictures = (Array.isArray(thing) ? thing : [thing]) as Tensor[];
    void showWithWords(current(), pictures, texts, own);
  },
  panel: (name: string, options: object): void => putPanel(current(), name, options),
  layerShapes: async (model: nn.Module, inputSize: readonly number[]): Promise<string> => {
    const { layerShapes } = await import('lamplight/interpret');
    return JSON.stringify(layerShapes(model, inputSize));
  },
  volumes: (layers: string, title: string, input: readonly number[] | null): void =>
    current()
      .slot()
      .put(volumesPanel(JSON.parse(layers), { title, ...(input && { input }) })),
  film: (title: string): TensorFilm => new TensorFilm(current(), current().slot(), title),
  pad: (scores: Scores, labels: readonly string[] | null): void => {
    // The cell waits for it, and shows what failed.
    putPad(current(), scores, labelsOf(labels)).catch((error: unknown) => {
      current()
        .slot()
        .put({ kind: 'text', stream: 'error', text: String(error) });
    });
  },
  picture: (bytes: Uint8Array, width: number | undefined, height: number | undefined, words: string | undefined) =>
    showFile(current(), bytes, { width, height, words }),
  table: (columns: readonly string[], rows: readonly (readonly string[])[], title: string): void =>
    current().slot().put({ kind: 'table', title, columns, rows }),
  figure: (figure: string, pictures: readonly Tensor[], density: number): void =>
    showFigure(current(), figure, pictures, density),
  figureFile,
  pictures: (frames: readonly string[], width: number, height: number, interval: number): void =>
    current()
      .slot()
      .put({ kind: 'panel', data: { panel: 'reel', title: '', width, height, interval, repeats: true, frames } }),
  reel: (figures: string, pictures: readonly Tensor[], interval: number, repeats: boolean, title: string): void =>
    showReel(current(), figures, pictures, { interval, repeats, title }),
  plot: (lines: Lines, options: Parameters<typeof plot>[2]): void => {
    const points = Object.entries(lines).map(([name, [x, y]]) => [name, { x, y }] as const);
    plot(current(), Object.fromEntries(points), options);
  },
});

/** A bar that is told how far it is; a total below 0 is not known. */
export function bar(outputs: RunOutputs) {
  const owner = {};
  return (title: string, done: number, total: number, seconds: number): void =>
    barIn(outputs, owner, { title, done, total: total < 0 ? null : total, seconds });
}
