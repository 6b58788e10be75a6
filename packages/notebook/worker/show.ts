// Owns `show`: what stands below a cell for a thing.
import type { ShowOptions } from '../builtins';
import type { GridOutput, Output, PictureOutput, TableOutput } from '../protocol';
import type { RunOutputs, Slot } from './outputs';
import { canvasOf, drawAll, isPicture, layoutOf, pictureOf, zoomFor } from './pictures';
import { isTensor, shortText, valueText } from './texts';

type Row = Readonly<Record<string, unknown>>;

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const isTable = (thing: unknown): thing is readonly Row[] =>
  Array.isArray(thing) && thing.length > 0 && thing.every(isRow);

async function cellText(value: unknown): Promise<string | number> {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (isTensor(value)) return value.numel() === 1 ? Number(await value.item()) : shortText(value);
  return shortText(value);
}

/** Rows as a table with a column for each name. */
export async function tableOf(rows: readonly Row[], title = ''): Promise<TableOutput> {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = await Promise.all(rows.map((row) => Promise.all(columns.map((name) => cellText(row[name])))));
  return { kind: 'table', title, columns, rows: cells };
}

function gridOf(
  pictures: readonly PictureOutput[],
  { title = '', labels = [], columns }: ShowOptions,
  left: number,
): GridOutput {
  const items = pictures.map((picture, i) => ({ picture, caption: String(labels[i] ?? '') }));
  const more = left > 0 ? `the first ${pictures.length} of ${pictures.length + left}` : '';
  return { kind: 'grid', title: [title, more].filter(Boolean).join(', '), columns: columns ?? null, items };
}

async function pictureAlone(thing: unknown, options: ShowOptions, inGrid: boolean): Promise<PictureOutput> {
  if (isTensor(thing)) return (await drawAll([thing], options, inGrid))[0]!;
  const canvas = (await canvasOf(thing))!;
  const { width, height } = canvas;
  const zoom = options.zoom ?? zoomFor(width, height, inGrid);
  return pictureOf(canvas, { zoom, title: options.title ?? '', alt: `picture of ${width} × ${height} pixels` });
}

async function listOf(things: readonly unknown[], options: ShowOptions): Promise<Output> {
  const { title: _, ...each } = options;
  if (things.every(isTensor)) return gridOf(await drawAll(things, each, true), options, 0);
  return gridOf(await Promise.all(things.map((thing) => pictureAlone(thing, each, true))), options, 0);
}

/** What is put below the cell. */
export async function outputOf(thing: unknown, options: ShowOptions): Promise<Output> {
  if (isTensor(thing)) {
    const layout = layoutOf(thing);
    if (layout?.isBatch) {
      const { title: _, ...each } = options;
      const drawn = await drawAll([thing], each, true);
      return gridOf(drawn, options, layout.count - drawn.length);
    }
    if (layout) return pictureAlone(thing, options, false);
  } else if (isPicture(thing)) {
    return pictureAlone(thing, options, false);
  } else if (Array.isArray(thing) && thing.length > 0 && thing.every(isPicture)) {
    return listOf(thing, options);
  } else if (isTable(thing)) {
    return tableOf(thing, options.title);
  }
  const text = typeof thing === 'string' ? thing : await valueText(thing);
  return { kind: 'text', stream: 'value', text: options.title ? `${options.title}\n${text}` : text };
}

/** Puts a thing below the cell; a canvas that was shown in this run is shown anew in its place. */
export function show(outputs: RunOutputs, thing: unknown, options: ShowOptions = {}): Promise<void> {
  const known = thing instanceof OffscreenCanvas ? outputs.canvases.get(thing) : undefined;
  if (known) return outputOf(thing, options).then((output) => known.put(output));
  return outputs.later(async (slot: Slot) => {
    if (thing instanceof OffscreenCanvas) outputs.canvases.set(thing, slot);
    slot.put(await outputOf(thing, options));
  });
}
