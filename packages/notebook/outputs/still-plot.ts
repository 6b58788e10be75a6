// Draws a plot as HTML that needs no script: it follows the page's theme and width, and its letters stay as large as they are.
import type { PlotOutput } from '../protocol';
import { escaped } from '../render/escaped';
import { colorOf } from './plot-words';
import { level, type Scale, upright } from './scales';

const HEIGHT = 260;
const TOP = 8;
/** Room below for numbers, for names that stand aslant, and for what the axis is called. */
const [NUMBERS, NAMES, LABEL] = [24, 64, 20];
/** Width of the drawing in its own units, which are stretched to the page. */
const WIDE = 1000;
/** Letters that names of places have together before they stand aslant, so that they fit a phone. */
const FLAT_LETTERS = 30;

const place = (share: number, size: number): number => Math.round(share * size * 10) / 10;

/** Of the points that share a column of the page: the first, the least, the greatest and the last. */
function thinned(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  if (points.length <= WIDE) return [...points];
  const columns = new Map<number, (readonly [number, number])[]>();
  for (const point of points) {
    const column = Math.round(point[0] / 2);
    const known = columns.get(column);
    if (known) known.push(point);
    else columns.set(column, [point]);
  }
  return [...columns.values()].flatMap((column) => {
    const ys = column.map(([, y]) => y);
    const kept = [0, ys.indexOf(Math.min(...ys)), ys.indexOf(Math.max(...ys)), column.length - 1];
    return [...new Set(kept)].sort((a, b) => a - b).map((i) => column[i]!);
  });
}

/** The marks of one line. */
function marks(output: PlotOutput, index: number, across: Scale, up: Scale, height: number, bar: number): string {
  const { x, y } = output.lines[index]!;
  const drawn = Array.from(x, (value, i) => [across.at(value), up.at(y[i] ?? Number.NaN)] as const)
    .filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b))
    .map(([a, b]) => [place(a, WIDE), place(1 - b, height)] as const);
  const key = `data-style="--key: var(${colorOf(index)});"`;
  if (output.style === 'bars') {
    const floor = place(1 - up.at(0), height);
    const half = (bar * WIDE) / 2;
    const path = drawn.map(([a, b]) => `M${place(a - half, 1)} ${floor}V${b}h${place(2 * half, 1)}V${floor}z`).join('');
    return `<path class="bars" ${key} d="${path}"/>`;
  }
  const isDots = output.style === 'points' || drawn.length < 2;
  const sorted = isDots ? drawn : thinned([...drawn].sort(([a], [b]) => a - b));
  const path = isDots
    ? sorted.map(([a, b]) => `M${a} ${b}h0`).join('')
    : `M${sorted.map(([a, b]) => `${a} ${b}`).join('L')}`;
  return `<path class="${isDots ? 'dots' : 'line'}" ${key} d="${path}"/>`;
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10}%`;

/** The drawing: what stands at the upright axis, and beside it the area, whose places are parts of its width. */
export function stillPlot(output: PlotOutput): string {
  const { lines, x, y, ticks } = output;
  const up = upright(output);
  const { scale: across, bar } = level(output);
  const slants = ticks !== null && ticks.join('').length > FLAT_LETTERS;
  const below = (slants ? NAMES : NUMBERS) + (x ? LABEL : 0);
  const height = HEIGHT - TOP - below;
  const wide = y ? 66 : 46;
  const rows = up.ticks.map(([at, text]) => [TOP + place(1 - at, height), text] as const);
  const numbers = rows.map(([at, text]) => `<text x="${wide - 6}" y="${at}" class="end">${text}</text>`).join('');
  const name = y ? `<text class="upright" x="12" y="${TOP + height / 2}">${escaped(y)}</text>` : '';
  const level_ = rows.map(([at]) => `<line x1="0" x2="100%" y1="${at}" y2="${at}"/>`).join('');
  const upright_ = across.ticks
    .map(([at]) => `<line x1="${percent(at)}" x2="${percent(at)}" y1="${TOP}" y2="${TOP + height}"/>`)
    .join('');
  const places = across.ticks
    .map(
      ([at, text]) =>
        `<text class="${slants ? 'aslant' : 'middle'}" x="${percent(at)}" y="${TOP + height + 16}">${escaped(text)}</text>`,
    )
    .join('');
  const under = x ? `<text class="middle" x="50%" y="${HEIGHT - 6}">${escaped(x)}</text>` : '';
  const drawn = lines.map((_, i) => marks(output, i, across, up, height, bar)).join('');
  return (
    `<svg class="plot-axis" width="${wide}" height="${HEIGHT}" aria-hidden="true">${name}${numbers}</svg>` +
    `<svg class="plot-area" width="100%" height="${HEIGHT}" aria-hidden="true"><g class="plot-grid">${level_}${ticks ? '' : upright_}</g>${places}${under}` +
    `<svg y="${TOP}" width="100%" height="${height}" viewBox="0 0 ${WIDE} ${height}" preserveAspectRatio="none">${drawn}</svg></svg>`
  );
}
