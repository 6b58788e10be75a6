// Plots of lines and points.
import { type Axis, drawAxes, type Frame } from './axes';
import { type Area, type Drawing, type Sheet, TEXT, write } from './sheet';

/** A line, with a gap wherever a coordinate is not finite. */
export interface Line {
  /** The name in the legend. A line without a name is not in the legend. */
  readonly name?: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Default: 'line'. */
  readonly style?: 'line' | 'points' | 'both';
}

export interface LinePlot {
  readonly title?: string;
  readonly lines: readonly Line[];
  /** Default range: that of the lines. */
  readonly x?: Partial<Axis>;
  readonly y?: Partial<Axis>;
  /** Values of y at which a dashed line is drawn across the plot. */
  readonly rules?: readonly number[];
  /** A text at the left side of the frame, at a value of y. */
  readonly note?: { readonly y: number; readonly text: string };
  /** A point to highlight. */
  readonly mark?: { readonly x: number; readonly y: number };
}

/** The range of the finite values; if all are equal, a range around the value. */
export function rangeOf(lists: readonly ArrayLike<number>[], isLog = false): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i]!;
      if (!Number.isFinite(value) || (isLog && value <= 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return isLog ? [1, 10] : [0, 1];
  if (low < high) return [low, high];
  return isLog ? [low / 2, low * 2] : [low - (Math.abs(low) * 0.1 || 0.5), low + (Math.abs(low) * 0.1 || 0.5)];
}

/** A range widened at both ends by a fraction of its length. */
export const roomy = ([low, high]: readonly [number, number], share = 0.05): [number, number] => [
  low - share * (high - low),
  high + share * (high - low),
];

const SWATCH = 18;

/** Draws the legend, in as many rows as it needs, and returns the position of its lower end. */
export function drawLegend({ pen, ink, colors }: Sheet, area: Area, lines: readonly Line[]): number {
  const named = lines.map(({ name }, i) => ({ name, color: colors[i % colors.length]! })).filter(({ name }) => name);
  if (named.length === 0) return area.top;
  write(pen, TEXT);
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  let [x, y] = [area.left + 8, area.top + 10];
  for (const { name, color } of named) {
    const width = SWATCH + 6 + pen.measureText(name!).width;
    if (x + width > area.right && x > area.left + 8) [x, y] = [area.left + 8, y + TEXT + 6];
    pen.fillStyle = color;
    pen.fillRect(x, y - 1.5, SWATCH, 3);
    pen.fillStyle = ink;
    pen.fillText(name!, x + SWATCH + 6, y);
    x += width + 16;
  }
  return y + 10;
}

export function drawLine(pen: Sheet['pen'], frame: Frame, { x, y, style = 'line' }: Line, color: string): void {
  pen.strokeStyle = pen.fillStyle = color;
  pen.lineWidth = 2;
  let isOpen = false;
  const dots: [number, number][] = [];
  pen.beginPath();
  for (let i = 0; i < y.length; i++) {
    const [px, py] = [frame.x(x[i]!), frame.y(y[i]!)];
    const isPlace = Number.isFinite(px) && Number.isFinite(py);
    if (isPlace) {
      pen[isOpen ? 'lineTo' : 'moveTo'](px, py);
      // A point between two gaps has no line, so draw a dot.
      const isAlone = !isOpen && !Number.isFinite(y[i + 1]);
      if (style !== 'line' || isAlone) dots.push([px, py]);
    }
    isOpen = isPlace;
  }
  if (style !== 'points') pen.stroke();
  for (const [px, py] of dots) {
    pen.beginPath();
    pen.arc(px, py, 4, 0, 2 * Math.PI);
    pen.fill();
  }
}

function drawInto(sheet: Sheet, area: Area, plot: LinePlot): void {
  const { pen, ink, colors } = sheet;
  const { lines, rules = [], note, mark, title } = plot;
  const x: Axis = {
    range: rangeOf(
      lines.map((line) => line.x),
      plot.x?.isLog,
    ),
    ...plot.x,
  };
  const y: Axis = { range: roomy(rangeOf([...lines.map((line) => line.y), rules])), ...plot.y };
  const top = drawLegend(sheet, area, lines);
  const frame = drawAxes(sheet, { ...area, top }, x, y, title);
  pen.save();
  pen.beginPath();
  pen.rect(frame.left - 5, frame.top - 5, frame.right - frame.left + 10, frame.bottom - frame.top + 10);
  pen.clip();
  pen.strokeStyle = ink;
  pen.lineWidth = 1;
  pen.setLineDash([6, 4]);
  for (const rule of rules) {
    pen.beginPath();
    pen.moveTo(frame.left, frame.y(rule));
    pen.lineTo(frame.right, frame.y(rule));
    pen.stroke();
  }
  pen.setLineDash([]);
  lines.forEach((line, i) => {
    drawLine(pen, frame, line, colors[i % colors.length]!);
  });
  if (mark) {
    pen.fillStyle = colors[3]!;
    pen.beginPath();
    pen.arc(frame.x(mark.x), frame.y(mark.y), 6, 0, 2 * Math.PI);
    pen.fill();
  }
  if (note) {
    const isHigh = frame.y(note.y) < (frame.top + frame.bottom) / 2;
    pen.fillStyle = ink;
    pen.textAlign = 'left';
    pen.textBaseline = isHigh ? 'top' : 'bottom';
    pen.fillText(note.text, frame.left + 6, frame.y(note.y) + (isHigh ? 4 : -4));
  }
  pen.restore();
}

/** A description of the plot in words, with the last value of each line. */
const words = ({ title, lines, x, y }: LinePlot): string => {
  const ends = lines.flatMap(({ name, y: values }) => {
    const last = values[values.length - 1];
    return last === undefined ? [] : [`${name ? `${name} ` : ''}${Number(last.toPrecision(4))}`];
  });
  const over = [y?.label, x?.label].filter(Boolean).join(' over ');
  return [title, over, ends.length > 0 && ends.length < 12 ? `last values: ${ends.join(', ')}` : '']
    .filter(Boolean)
    .join('; ');
};

/** The drawing of a line plot. */
export const lineDrawing =
  (plot: LinePlot): Drawing =>
  (sheet, area) => {
    drawInto(sheet, area, plot);
    return words(plot);
  };
