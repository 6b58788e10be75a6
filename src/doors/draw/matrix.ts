// Plots of matrices as coloured cells, with numbers in the cells and names of rows and columns.

import { brief, drawLabels } from './axes';
import { type ColorOptions, colorize } from './colormap';
import { type Area, type Drawing, grid, type Sheet, TEXT, write } from './sheet';

export interface MatrixPanel {
  readonly title?: string;
  /** Rows of equal length. */
  readonly values: readonly (readonly number[])[];
}

export interface MatrixPlot {
  /** The matrices, drawn side by side in a grid that is about square. */
  readonly panels: readonly MatrixPanel[];
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** The names of both the rows and the columns. */
  readonly names: readonly string[];
  /** Whether cells show their numbers. */
  readonly hasText: boolean;
  readonly cmap: NonNullable<ColorOptions['cmap']>;
}

/** Black or white, whichever is easier to read on a colour (relative luminance, WCAG 2). */
function textOn(rgb: readonly number[]): string {
  const [r, g, b] = rgb.map((byte) => {
    const c = byte / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? '#111111' : '#ffffff';
}

/** The largest text size at which the widest text fits into a cell; null if it would be too small to read. */
function fittingText(pen: Sheet['pen'], texts: readonly string[], width: number, height: number): number | null {
  write(pen, 10);
  const widest = Math.max(...texts.map((text) => pen.measureText(text).width)) / 10;
  const size = Math.min(16, (width * 0.9) / widest, height * 0.7);
  return size >= 7 ? size : null;
}

function drawPanel(
  sheet: Sheet,
  area: Area,
  { values, title }: MatrixPanel,
  plot: MatrixPlot,
  edges: { x: boolean; y: boolean },
): void {
  const { pen, ink } = sheet;
  const { names, hasText, cmap } = plot;
  const [rows, columns] = [values.length, values[0]?.length ?? 0];
  if (rows * columns === 0) return;
  write(pen, TEXT);
  const longest = Math.min(110, Math.max(...names.map((name) => pen.measureText(name).width)));
  const room: Area = {
    left: area.left + longest + 10 + (plot.yLabel ? TEXT + 8 : 0),
    top: area.top + (title ? TEXT + 12 : 4),
    right: area.right - 6,
    bottom: area.bottom - Math.min(longest, 60) - 12 - (plot.xLabel ? TEXT + 8 : 0),
  };
  const cell = Math.max(1, Math.min((room.right - room.left) / columns, (room.bottom - room.top) / rows));
  const left = room.left + (room.right - room.left - cell * columns) / 2;
  const top = room.top + (room.bottom - room.top - cell * rows) / 2;
  const frame = { left, top, right: left + cell * columns, bottom: top + cell * rows };
  const colors = colorize(values.flat(), [rows, columns], 'float32', { cmap, vmin: null, vmax: null }).rgba;
  const texts = values.map((row) =>
    row.map((value) => brief(Number.isInteger(value) ? value : Number(value.toFixed(2)), 6)),
  );
  const size = hasText ? fittingText(pen, texts.flat(), cell, cell) : null;
  const edge = (i: number, from: number) => Math.round(from + i * cell);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const rgb = [...colors.subarray(4 * (r * columns + c), 4 * (r * columns + c) + 3)];
      const [x, y] = [edge(c, left), edge(r, top)];
      pen.fillStyle = `rgb(${rgb.join(', ')})`;
      pen.fillRect(x, y, edge(c + 1, left) - x, edge(r + 1, top) - y);
      if (size === null) continue;
      write(pen, size);
      pen.fillStyle = textOn(rgb);
      pen.textAlign = 'center';
      pen.textBaseline = 'middle';
      pen.fillText(texts[r]![c]!, left + (c + 0.5) * cell, top + (r + 0.5) * cell);
    }
  }
  pen.strokeStyle = ink;
  pen.globalAlpha = 0.5;
  pen.lineWidth = 1;
  pen.strokeRect(Math.round(left) - 0.5, Math.round(top) - 0.5, frame.right - left + 1, frame.bottom - top + 1);
  pen.globalAlpha = 1;
  const below = frame.bottom + drawNames(sheet, frame, names, cell);
  const left0 = Math.max(area.left, left - longest - TEXT - 18);
  const bottom0 = Math.min(area.bottom, below + TEXT + 10);
  drawLabels(sheet, { ...area, left: left0, right: left + frame.right - left0, bottom: bottom0 }, frame, {
    x: edges.x ? plot.xLabel : '',
    y: edges.y ? plot.yLabel : '',
    title,
  });
}

/** Writes names at the rows and columns, slanted if they are too long, and returns how far they reach below. */
function drawNames({ pen, ink }: Sheet, { left, bottom, top }: Area, names: readonly string[], cell: number): number {
  write(pen, TEXT);
  pen.fillStyle = ink;
  const every = Math.max(1, Math.ceil((TEXT + 2) / cell));
  const isNarrow = names.some((name) => pen.measureText(name).width > cell * every - 4);
  names.forEach((name, i) => {
    if (i % every !== 0) return;
    pen.textAlign = 'right';
    pen.textBaseline = 'middle';
    pen.fillText(name, left - 6, top + (i + 0.5) * cell, 110);
    pen.save();
    pen.translate(left + (i + 0.5) * cell, bottom + 6);
    if (isNarrow) pen.rotate(-Math.PI / 4);
    pen.textAlign = isNarrow ? 'right' : 'center';
    pen.textBaseline = isNarrow ? 'middle' : 'top';
    pen.fillText(name, 0, 0, 80);
    pen.restore();
  });
  const widest = Math.max(0, ...names.map((name) => Math.min(80, pen.measureText(name).width)));
  return 6 + (isNarrow ? (widest + TEXT) * Math.SQRT1_2 : TEXT);
}

function words({ panels, names, xLabel = 'columns', yLabel = 'rows' }: MatrixPlot): string {
  const rows = panels[0]!.values.map((row, i) => `${names[i]}: ${row.map((value) => brief(value)).join(', ')}`);
  const table = panels.length === 1 && rows.length <= 10 ? `; ${rows.join('; ')}` : '';
  return `${yLabel} by ${xLabel}, ${names.length} classes${table}`;
}

/** The drawing of a matrix plot. It throws an ArgumentError if the colour map is unknown. */
export const matrixDrawing =
  (plot: MatrixPlot): Drawing =>
  (sheet, area) => {
    const { panels } = plot;
    const areas = grid(area, panels.length);
    panels.forEach((panel, i) => {
      const own = areas[i]!;
      const isLowest =
        own.bottom === areas.at(-1)!.bottom || !areas.some(({ left, top }) => left === own.left && top > own.top);
      drawPanel(sheet, own, panel, plot, { x: isLowest, y: own.left === areas[0]!.left });
    });
    return words(plot);
  };
