// The outputs of one cell in the order of their slots: each kind has its view, which is kept while a live output comes again.
import { make } from '../../ui/dom';
import type { Output, PlotOutput } from '../protocol';
import { GridView, PictureView } from './picture';
import { BarsView, ErrorView, FileView, TableView, TextView } from './words';

interface View {
  readonly element: HTMLElement;
  update(output: Output): void;
  /** Gives back what the view holds beside its element. */
  close?(): void;
}

export class Outputs {
  readonly element = make('div', { className: 'outputs' });
  private readonly slots = new Map<number, { readonly kind: Output['kind']; readonly view: View }>();

  /** `show` leads to a line of a cell, by the label of the cell. */
  constructor(private readonly show: (cell: string | null, line: number) => void) {
    this.element.hidden = true;
  }

  put(slot: number, output: Output): void {
    const known = this.slots.get(slot);
    if (known?.kind === output.kind) {
      known.view.update(output);
      return;
    }
    known?.view.close?.();
    const view = this.viewOf(output);
    this.slots.set(slot, { kind: output.kind, view });
    if (known) known.view.element.replaceWith(view.element);
    else {
      const below = this.below(slot);
      if (below) below.before(view.element);
      else this.element.append(view.element);
    }
    this.element.hidden = false;
  }

  clear(): void {
    for (const { view } of this.slots.values()) view.close?.();
    this.slots.clear();
    this.element.replaceChildren();
    this.element.hidden = true;
  }

  /** What stands below a slot: outputs that take long to make arrive after later ones. */
  private below(slot: number): HTMLElement | undefined {
    const next = Math.min(...[...this.slots.keys()].filter((other) => other > slot));
    return this.slots.get(next)?.view.element;
  }

  private viewOf(output: Output): View {
    const view = (() => {
      switch (output.kind) {
        case 'text':
          return new TextView(output);
        case 'picture':
          return new PictureView(output);
        case 'grid':
          return new GridView(output);
        case 'plot':
          return new LatePlot(output);
        case 'table':
          return new TableView(output);
        case 'bars':
          return new BarsView(output);
        case 'file':
          return new FileView(output);
        case 'error':
          return new ErrorView(output, this.show);
      }
    })();
    return view as View;
  }
}

/** A plot whose drawing comes once there is something to draw: pages without plots never fetch it. */
class LatePlot {
  readonly element = make('div', { className: 'plot-place' });
  private view: { update(output: PlotOutput): void; close(): void } | undefined;
  private closed = false;

  constructor(private latest: PlotOutput) {
    void import('./plot').then(({ PlotView }) => {
      if (this.closed) return;
      const view = new PlotView(this.latest);
      this.view = view;
      this.element.append(view.element);
    });
  }

  update(output: PlotOutput): void {
    this.latest = output;
    this.view?.update(output);
  }

  close(): void {
    this.closed = true;
    this.view?.close();
  }
}
