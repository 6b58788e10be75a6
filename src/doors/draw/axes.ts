// The axes of plots: which numbers they show, where, and how a value is mapped to a position.
import { type Area, type Sheet, TEXT, write } from './sheet';

export interface Axis {
  readonly label?: string;
  /** The least and the greatest value that are shown. */
  readonly range: readonly [number, number];
  /** Whether the axis is logarithmic. */
  readonly isLog?: boolean;
  /** Whether values are counts, so that ticks are at whole numbers only. */
  readonly isWhole?: boolean;
  /** The least width for the numbers of a vertical axis, in pixels, so that plots above each other line up. */
  readonly room?: number;
  /** Names to show at given values, instead of numbers. */
  readonly names?: readonly (readonly [value: number, name: string])[];
}

/** The area that the axes enclose, and the position of a value along each axis. */
export interface Frame extends Area {
  x(value: number): number;
  y(value: number): number;
}

interface Tick {
  readonly value: number;
  readonly text: string;
}

/** A number as a short text, rounded to some significant digits. */
export function brief(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    return value
      .toExponential(Math.max(0, digits - 2))
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  }
  return String(Number(value.toPrecision(digits)));
}

/** The ticks of an axis at round numbers, about `most` of them. */
export function ticksOf({ range: [low, high], isLog, isWhole, names }: Axis, most: number): readonly Tick[] {
  if (names) {
    const every = Math.ceil(names.length / Math.max(1, most));
    return names.filter((_, i) => i % every === 0).map(([value, text]) => ({ value, text }));
  }
  if (isLog) {
    const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
    const every = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, most)));
    const powers = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
    return powers
      .filter((power) => (power - first) % every === 0)
      .map((power) => ({ value: 10 ** power, text: brief(10 ** power) }));
  }
  if (!(high > low)) return [{ value: low, text: brief(low) }];
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9))! * power, isWhole ? 1 : 0);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => {
    const value = (first + i) * step;
    return { value, text: brief(value, 6) };
  });
}

/** A function that maps the values of an axis to positions between two ends. */
function scale({ range: [low, high], isLog }: Axis, from: number, to: number): (value: number) => number {
  const along = isLog ? Math.log : (value: number) => value;
  const [first, last] = [along(low), along(high)];
  const span = last - first;
  return (value) => from + (span === 0 ? 0.5 : (along(value) - first) / span) * (to - from);
}

/** The position at which a line of one pixel is sharp, on the middle of a pixel. */
const crisp = (at: number): number => Math.round(at) + 0.5;

/** Draws axes with numbers, a grid and a title into an area, and returns the frame for the data. */
export function drawAxes(sheet: Sheet, area: Area, x: Axis, y: Axis, title = ''): Frame {
  const { pen, ink } = sheet;
  const top = area.top + (title ? TEXT + 12 : 4);
  const bottom = area.bottom - (TEXT + 10) - (x.label ? TEXT + 6 : 0);
  write(pen, TEXT);
  const rows = ticksOf(y, Math.max(2, Math.floor((bottom - top) / 32)));
  const widest = Math.max(y.room ?? 0, ...rows.map(({ text }) => pen.measureText(text).width));
  const left = area.left + widest + 10 + (y.label ? TEXT + 8 : 0);
  const right = area.right - 8;
  const frame: Frame = { left, top, right, bottom, x: scale(x, left, right), y: scale(y, bottom, top) };
  const columns = ticksOf(x, Math.max(2, Math.floor((right - left) / 55)));
  const line = (x0: number, y0: number, x1: number, y1: number, alpha: number) => {
    pen.globalAlpha = alpha;
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
    pen.stroke();
    pen.globalAlpha = 1;
  };
  pen.strokeStyle = pen.fillStyle = ink;
  pen.lineWidth = 1;
  pen.textBaseline = 'middle';
  pen.textAlign = 'right';
  for (const { value, text } of rows) {
    line(left, crisp(frame.y(value)), right, crisp(frame.y(value)), 0.15);
    pen.fillText(text, left - 6, frame.y(value));
  }
  pen.textBaseline = 'top';
  for (const { value, text } of columns) {
    line(crisp(frame.x(value)), top, crisp(frame.x(value)), bottom, 0.15);
    const half = pen.measureText(text).width / 2;
    pen.textAlign = 'center';
    // Keep the last number within the sheet.
    pen.fillText(text, Math.min(frame.x(value), area.right - half), bottom + 6);
  }
  line(crisp(left), top, crisp(left), bottom, 0.6);
  line(left, crisp(bottom), right, crisp(bottom), 0.6);
  drawLabels(sheet, area, frame, { x: x.label, y: y.label, title });
  return frame;
}

/** Writes the labels of the axes, and the title above. */
export function drawLabels(
  { pen, ink }: Sheet,
  area: Area,
  { left, top, right, bottom }: Area,
  { x, y, title }: { readonly x?: string; readonly y?: string; readonly title?: string },
): void {
  pen.fillStyle = ink;
  pen.textAlign = 'center';
  write(pen, TEXT);
  pen.textBaseline = 'bottom';
  if (x) pen.fillText(x, (left + right) / 2, area.bottom - 2);
  if (y) {
    pen.save();
    pen.translate(area.left + 2, (top + bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.textBaseline = 'top';
    pen.fillText(y, 0, 0);
    pen.restore();
  }
  if (!title) return;
  write(pen, TEXT + 1, '600');
  pen.textBaseline = 'top';
  pen.fillText(title, (area.left + area.right) / 2, area.top + 4);
  write(pen, TEXT);
}
