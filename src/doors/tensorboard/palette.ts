// Reduces a picture to at most 256 colours: all its colours if there are no more, otherwise representatives found by
// median cut. Source: P. Heckbert, "Color Image Quantization for Frame Buffer Display", SIGGRAPH 1982: median cut.

const MOST_COLORS = 256;

export interface Palette {
  /** Red, green and blue of each colour. */
  readonly colors: readonly (readonly number[])[];
  /** The index of each pixel's colour. */
  readonly places: Uint8Array;
}

/** Pixels whose colours agree in the five highest bits of each channel: their count, and the sums of their channels. */
interface Cell {
  readonly key: number;
  count: number;
  readonly sums: [number, number, number];
}

/** Reduces a picture to a palette. `rgb` has three bytes per pixel. */
export function paletteOf(rgb: Uint8Array): Palette {
  return exact(rgb) ?? medianCut(rgb);
}

/** All colours of the picture; null if there are too many. */
function exact(rgb: Uint8Array): Palette | null {
  const known = new Map<number, number>();
  const places = new Uint8Array(rgb.length / 3);
  for (let i = 0; i < places.length; i++) {
    const color = (rgb[3 * i]! << 16) | (rgb[3 * i + 1]! << 8) | rgb[3 * i + 2]!;
    let place = known.get(color);
    if (place === undefined) {
      place = known.size;
      if (place === MOST_COLORS) return null;
      known.set(color, place);
    }
    places[i] = place;
  }
  return { colors: [...known.keys()].map((color) => [color >> 16, (color >> 8) & 255, color & 255]), places };
}

const DROPPED = 3;
const KEPT = 8 - DROPPED;

const keyAt = (rgb: Uint8Array, i: number): number =>
  ((rgb[3 * i]! >> DROPPED) << (2 * KEPT)) | ((rgb[3 * i + 1]! >> DROPPED) << KEPT) | (rgb[3 * i + 2]! >> DROPPED);

/** The bits of a channel that a cell's key keeps. */
const channelOf = ({ key }: Cell, c: number): number => (key >> (KEPT * (2 - c))) & (2 ** KEPT - 1);

const pixelsIn = (cells: readonly Cell[]): number => cells.reduce((sum, { count }) => sum + count, 0);

/** The channel with the widest range over the cells, and that range. */
function widest(cells: readonly Cell[]): { readonly channel: number; readonly range: number } {
  const ranges = [0, 1, 2].map((c) => {
    const all = cells.map((cell) => channelOf(cell, c));
    return Math.max(...all) - Math.min(...all);
  });
  const range = Math.max(...ranges);
  return { channel: ranges.indexOf(range), range };
}

/** Splits cells into two halves with about equal numbers of pixels, along the channel with the widest range. */
function halves(cells: readonly Cell[]): [Cell[], Cell[]] {
  const { channel } = widest(cells);
  const sorted = cells.toSorted((a, b) => channelOf(a, channel) - channelOf(b, channel));
  const half = pixelsIn(sorted) / 2;
  let [at, sum] = [1, sorted[0]!.count];
  while (at < sorted.length - 1 && sum < half) sum += sorted[at++]!.count;
  return [sorted.slice(0, at), sorted.slice(at)];
}

function medianCut(rgb: Uint8Array): Palette {
  const cells = new Map<number, Cell>();
  const count = rgb.length / 3;
  for (let i = 0; i < count; i++) {
    const key = keyAt(rgb, i);
    const cell = cells.get(key) ?? { key, count: 0, sums: [0, 0, 0] };
    cells.set(key, cell);
    cell.count++;
    for (let c = 0; c < 3; c++) cell.sums[c]! += rgb[3 * i + c]!;
  }
  const boxes: { readonly cells: readonly Cell[]; readonly weight: number }[] = [];
  const add = (some: readonly Cell[]) => {
    boxes.push({ cells: some, weight: some.length > 1 ? pixelsIn(some) * widest(some).range : 0 });
  };
  add([...cells.values()]);
  while (boxes.length < MOST_COLORS) {
    const heaviest = boxes.reduce((best, box, i) => (box.weight > boxes[best]!.weight ? i : best), 0);
    if (boxes[heaviest]!.weight === 0) break;
    const [box] = boxes.splice(heaviest, 1);
    halves(box!.cells).forEach(add);
  }
  const placeOf = new Map(boxes.flatMap((box, place) => box.cells.map(({ key }) => [key, place] as const)));
  const colors = boxes.map((box) => {
    const pixels = pixelsIn(box.cells);
    return [0, 1, 2].map((c) => Math.round(box.cells.reduce((sum, { sums }) => sum + sums[c]!, 0) / pixels));
  });
  return { colors, places: Uint8Array.from({ length: count }, (_, i) => placeOf.get(keyAt(rgb, i))!) };
}
