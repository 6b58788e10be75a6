// Panel: shows a training run in an element of a page, with progress bars, curves and the latest values.

import { ArgumentError } from '../../../torch';
import { kindOf, kinds, objectAt, parseArgs } from '../../../torch/inside';
import { ChartLogger } from '../loggers/chart';
import type { Trainer } from '../trainer';
import { barNumber, ProgressBar } from './progress-bar';

/** Options of Panel. */
export interface PanelOptions {
  /** Seconds between updates. Default: 1. */
  refreshRate?: number;
  /** The logged names to draw and list. Default: all except `epoch` and `step`. */
  names?: readonly string[] | null;
}

interface PanelArguments extends PanelOptions {
  target: HTMLElement | string;
}

/** The element, given directly or by a selector. @throws ArgumentError if there is no such element */
function elementOf(target: HTMLElement | string): HTMLElement {
  if (typeof target !== 'string') {
    if (typeof target?.append === 'function') return target;
    throw new ArgumentError(`Panel: expected an element of the page or a selector of one, but got ${kindOf(target)}`);
  }
  const found = typeof document === 'undefined' ? null : document.querySelector<HTMLElement>(target);
  if (found) return found;
  throw new ArgumentError(`Panel: expected an element of the page that matches '${target}', but there is none`);
}

/** The table of the latest values by name, and the data for the curves. */
class Figures extends ChartLogger {
  readonly #rows = new Map<string, HTMLElement>();

  constructor(
    curves: HTMLElement,
    private readonly table: HTMLTableElement,
    private readonly shown: { readonly refreshRate: number; readonly names: readonly string[] | null },
  ) {
    super(curves, shown);
  }

  override logMetrics(...args: Parameters<ChartLogger['logMetrics']>): void {
    super.logMetrics(...args);
    const row = this.metrics.at(-1)!;
    for (const [name, value] of Object.entries(row)) {
      const isWanted = this.shown.names ? this.shown.names.includes(name) : name !== 'epoch' && name !== 'step';
      if (isWanted) this.#cell(name).textContent = barNumber(value);
    }
  }

  #cell(name: string): HTMLElement {
    const known = this.#rows.get(name);
    if (known) return known;
    const row = this.table.insertRow();
    const head = this.table.ownerDocument.createElement('th');
    head.scope = 'row';
    head.textContent = name;
    const cell = this.table.ownerDocument.createElement('td');
    row.append(head, cell);
    this.#rows.set(name, cell);
    return cell;
  }
}

/**
 * Shows a running training in an element of a page: progress bars for epochs and validation, curves of the logged
 * values, and a table of the latest values. It replaces the trainer's own progress bar. Values are read in bulk, once a
 * second.
 *
 *     const trainer = new Trainer({ maxEpochs: 5, callbacks: new Panel('#training') });
 *
 * Its parts have the classes `panel-bars`, `panel-curves` and `panel-figures`.
 * @throws ArgumentError if there is no such element
 */
export class Panel extends ProgressBar {
  readonly #figures: Figures;

  constructor(target: HTMLElement | string, options?: PanelOptions);
  constructor(named: PanelArguments);
  constructor(...args: unknown[]) {
    const defaults = { refreshRate: 1, names: null };
    const given = objectAt('Panel', ['target', ...Object.keys(defaults)], 0, args);
    const { target, refreshRate, names } = parseArgs<PanelArguments>('Panel', ['target'], defaults, given, {
      refreshRate: kinds.between(0),
      names: kinds.orNull(kinds.listOf(kinds.text)),
    });
    const element = elementOf(target);
    const part = <Tag extends 'div' | 'table'>(tag: Tag, name: string) => {
      const made = element.ownerDocument.createElement(tag);
      made.className = `panel-${name}`;
      return made;
    };
    const [bars, curves, figures] = [part('div', 'bars'), part('div', 'curves'), part('table', 'figures')];
    super({ element: bars, refreshRate });
    element.replaceChildren(bars, curves, figures);
    this.#figures = new Figures(curves, figures, { refreshRate, names });
  }

  override setup(trainer: Trainer): void {
    if (!trainer.loggers.includes(this.#figures)) trainer.loggers = [...trainer.loggers, this.#figures];
  }
}
