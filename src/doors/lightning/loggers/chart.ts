// ChartLogger: draws values as they are logged, onto a canvas or into an element of a page.

import { ArgumentError } from '../../../torch';
import { kindOf, kinds, objectAt, type PlotCanvas, parseArgs } from '../../../torch/inside';
import { type Line, lineDrawing } from '../../draw/lines';
import { drawOn } from '../../draw/sheet';
import { expectStatus, type RowArguments, rowOf, type StatusArguments } from './logger';
import { type LoggedPoint, MemoryLogger } from './memory';

/** The members of an HTML element that are used here. */
export interface ChartElement {
  readonly ownerDocument: { createElement(tag: 'canvas'): HTMLCanvasElement };
  append(/** The contents of the element. */ ...children: never[]): void;
}

/** Options of ChartLogger. */
export interface ChartLoggerOptions {
  /** The logged names to draw. Default: all except `epoch` and `step`. */
  names?: readonly string[] | null;
  /** Seconds between updates. Default: 1. Values are then read in bulk for all loggers. */
  refreshRate?: number;
  /** Names of the same group share a chart. Default: the name without `train`, `val`, `test`, `step` and `epoch`. */
  groupBy?: ((name: string) => string) | null;
  /** The name of the experiment. Default: `lightning_logs`. */
  name?: string;
}

/** A line with more points is reduced to the minimum and maximum of each interval. */
const MOST_POINTS = 1000;
/** The height of a chart in an element, in CSS pixels. */
const HEIGHT = 260;

const stages = new Set(['train', 'training', 'val', 'valid', 'validation', 'test', 'step', 'epoch']);

/** `val_loss`, `train_loss_epoch` and `loss/dataloader_idx_0` all belong to the group `loss`. */
function groupOf(name: string): string {
  const words = name.replace(/\/dataloader_idx_\d+$/, '').split(/[_/\s.-]/);
  const rest = words.filter((word) => word !== '' && !stages.has(word.toLowerCase()));
  return rest.length > 0 ? rest.join(' ') : name;
}

/** Makes a line from points. If there are many, they are reduced to two per interval, so that no peak is lost. */
function lineOf(name: string, points: readonly LoggedPoint[]): Line {
  const stretch = Math.ceil((2 * points.length) / MOST_POINTS);
  const kept: LoggedPoint[] = [];
  if (points.length <= MOST_POINTS) kept.push(...points);
  else {
    for (let i = 0; i < points.length; i += stretch) {
      const part = points.slice(i, i + stretch);
      const [low, high] = [Math.min, Math.max].map((best) => {
        const value = part.reduce((all, point) => best(all, point.value), part[0]!.value);
        return part.find((point) => Object.is(point.value, value)) ?? part[0]!;
      }) as [LoggedPoint, LoggedPoint];
      kept.push(...(low.step <= high.step ? [low, high] : [high, low]));
    }
  }
  const style = points.length < 30 ? 'both' : 'line';
  return { name, style, x: kept.map(({ step }) => step), y: kept.map(({ value }) => value) };
}

interface ChartArguments extends ChartLoggerOptions {
  target: ChartElement | PlotCanvas;
}

/** Sorts training before validation, whichever was logged first. */
const byName = (a: Line, b: Line): number => (a.name! < b.name! ? -1 : 1);

/**
 * Draws logged values during training: one chart per group of names, such as `train_loss` with `val_loss`, over steps.
 * Drawing causes no additional read-backs: rows are read in bulk, once a second.
 *
 *     const trainer = new Trainer({ logger: new ChartLogger(document.querySelector('#chart')!) });
 *
 * If the target is an element, a canvas of the element's width is added to it; a canvas is used directly. All points
 * stay in memory, like those of a `MemoryLogger`.
 * @throws ArgumentError if the target is neither an element nor a canvas
 */
export class ChartLogger extends MemoryLogger {
  readonly refreshRate: number;
  readonly #names: readonly string[] | null;
  readonly #groupBy: (name: string) => string;
  readonly #element: ChartElement | null;
  readonly #points = new Map<string, LoggedPoint[]>();
  #canvas: PlotCanvas | null;
  #isDue = false;

  constructor(target: ChartElement | PlotCanvas, options?: ChartLoggerOptions);
  constructor(named: ChartArguments);
  constructor(...args: unknown[]) {
    const defaults = { names: null, refreshRate: 1, groupBy: null, name: 'lightning_logs' };
    const given = objectAt('ChartLogger', ['target', ...Object.keys(defaults)], 0, args);
    const { target, ...o } = parseArgs<ChartArguments>('ChartLogger', ['target'], defaults, given, {
      names: kinds.orNull(kinds.listOf(kinds.text)),
      refreshRate: kinds.between(0),
      groupBy: kinds.orNull(kinds.callback),
      name: kinds.text,
    });
    super(o.name);
    const canDraw = typeof (target as PlotCanvas | null)?.getContext === 'function';
    const canHold = typeof (target as ChartElement | null)?.append === 'function';
    if (!canDraw && !canHold) {
      throw new ArgumentError(`ChartLogger: expected a canvas or an element of the page, but got ${kindOf(target)}`);
    }
    this.refreshRate = o.refreshRate;
    this.#names = o.names;
    this.#groupBy = o.groupBy ?? groupOf;
    this.#canvas = canDraw ? (target as PlotCanvas) : null;
    this.#element = canDraw ? null : (target as ChartElement);
  }

  override logMetrics(...args: RowArguments): void {
    const { metrics, step } = rowOf('ChartLogger', args);
    super.logMetrics(metrics, step);
    for (const [name, value] of Object.entries(metrics)) {
      const isWanted = this.#names ? this.#names.includes(name) : name !== 'epoch' && name !== 'step';
      if (!isWanted) continue;
      const points = this.#points.get(name);
      if (points) points.push({ step, value });
      else this.#points.set(name, [{ step, value }]);
    }
    this.#soon();
  }

  /** Draws all points so far. */
  save(...none: []): void {
    parseArgs('ChartLogger.save', [], {}, none);
    this.draw();
  }

  finalize(...args: StatusArguments): void {
    expectStatus('ChartLogger', args);
    this.draw();
  }

  /** Schedules a single redraw for all rows that arrive together. */
  #soon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    const draw = () => {
      if (this.#isDue) this.draw();
    };
    if (typeof requestAnimationFrame === 'function') requestAnimationFrame(draw);
    else setTimeout(draw);
  }

  /** Redraws immediately, for example after the page has changed its colours. */
  draw(...none: []): void {
    parseArgs('ChartLogger.draw', [], {}, none);
    this.#isDue = false;
    const groups = new Map<string, Line[]>();
    for (const [name, points] of this.#points) {
      const group = this.#groupBy(name);
      groups.set(group, [...(groups.get(group) ?? []), lineOf(name, points)]);
    }
    if (groups.size === 0) return;
    const drawings = [...groups].map(([group, lines]) =>
      lineDrawing({ title: group, lines: lines.sort(byName), x: { label: 'Step', isWhole: true } }),
    );
    drawOn('ChartLogger', this.#sized(drawings.length), drawings);
  }

  /** The canvas. If it was made for an element, it is as wide as the element and high enough for `count` charts. */
  #sized(count: number): PlotCanvas {
    if (!this.#element) return this.#canvas!;
    const canvas = (this.#canvas as HTMLCanvasElement | null) ?? this.#element.ownerDocument.createElement('canvas');
    if (!this.#canvas) this.#element.append(canvas as never);
    this.#canvas = canvas;
    canvas.style.display = 'block';
    canvas.style.width = '100%';
    canvas.style.height = `${HEIGHT * Math.ceil(count / Math.ceil(Math.sqrt(count)))}px`;
    return canvas;
  }
}
