// The outputs of one cell in the order of their slots: each kind has its view, which is kept while a live output comes again.

import type { Ask } from '../panels/data';
import type { Output, PlotOutput } from '../protocol';
import { make } from '../ui/dom';
import { focusOutputsWhileScrollable, focusWhileScrollable } from '../ui/scrollable';
import { droppedText } from './dropped';
import { LatePanel, wakeOnSight } from './panel';
import { GridView, PictureView } from './picture';
import { BarsView, ErrorView, FileView, TableView, TextView } from './words';

interface View {
  readonly element: HTMLElement;
  update(output: Output): void;
  /** Gives back what the view holds beside its element. */
  close?(): void;
}

/** Elements that stand below a cell; the oldest go when there are more. */
const MOST = 2000;
/** Milliseconds after which what has come is drawn in a page that draws no frames, since nobody looks at it. */
const UNSEEN = 500;
/** Of the page's time at most a fifth goes to the outputs of a cell that never pauses: times as long as they took to draw, nothing is drawn. */
const REST = 4;

/** Whence outputs are that no run of this visit gave: they came with the page, or an earlier visit left them. */
const MARKS = { page: 'Recorded', visit: 'From your last visit' } as const;

const isLines = (element: HTMLElement): boolean => element.classList.contains('lines');

/** What goes into a box of lines: all texts but the value of the last line. */
const isPrinted = ({ classList }: HTMLElement): boolean => classList.contains('text') && !classList.contains('value');

/** Blocks of lines that follow each other scroll as one. */
function linesBox(first: HTMLElement): HTMLElement {
  const box = make('div', { className: 'lines' }, first);
  focusWhileScrollable(box);
  return box;
}

const isAtEnd = ({ scrollTop, clientHeight, scrollHeight }: HTMLElement): boolean =>
  scrollTop + clientHeight >= scrollHeight - 8;

export class Outputs {
  /** Who answers the questions of panels. */
  ask: Ask = () => Promise.resolve({ gone: true });
  private readonly slots = new Map<number, { readonly output: Output; readonly view: View }>();
  /** Places in their order. */
  private order: number[] = [];
  /** What has come since the last frame, by place. */
  private readonly waiting = new Map<number, Output>();
  private frame: number | undefined;
  private restsUntil = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly note = make('p', { className: 'hint dropped' });
  private lines = 0;
  private others = 0;
  /** What ends the panels of recorded outputs. */
  private readonly sleeping: (() => void)[];

  /**
   * `show` leads to a line of a cell, by the label of the cell. `element` may hold outputs that were recorded: they stand until the cell has
   * outputs of its own.
   */
  constructor(
    private readonly showLine: (cell: string | null, line: number) => void,
    readonly element: HTMLElement = make('div', { className: 'outputs', hidden: true }),
  ) {
    focusOutputsWhileScrollable(element);
    this.sleeping = [...element.querySelectorAll<HTMLElement>('[data-panel]')].map(wakeOnSight);
  }

  get isRecorded(): boolean {
    return this.element.dataset.recorded !== undefined;
  }

  /** Says of recorded outputs whether they are those of the code as it is now. */
  tellRecorded(isOfThisCode: boolean): void {
    if (!this.isRecorded) return;
    const of = this.order.length > 0 ? 'visit' : 'page';
    this.element.dataset.recorded = isOfThisCode ? of : 'before';
    const mark = this.element.querySelector('.recorded-mark');
    if (mark) mark.textContent = isOfThisCode ? MARKS[of] : `${MARKS[of]}, of the code as it was`;
  }

  /** Takes recorded outputs away, as when a cell has run that puts out nothing. */
  forgetRecorded(): void {
    if (!this.isRecorded) return;
    delete this.element.dataset.recorded;
    for (const end of this.sleeping.splice(0)) end();
    this.takeAll();
  }

  /** Shows outputs of an earlier visit, as recorded ones. */
  restore(outputs: readonly Output[]): void {
    this.forgetRecorded();
    for (const [slot, output] of outputs.entries()) this.draw(slot, output);
    if (outputs.length === 0) return;
    this.element.prepend(make('p', { className: 'recorded-mark' }, MARKS.visit));
    this.element.dataset.recorded = 'visit';
  }

  /** What stands there of this run, in the order of the places. */
  get latest(): readonly Output[] {
    return this.order.flatMap((slot) => this.slots.get(slot)?.output ?? []);
  }

  /** Has an output appear in its place with the next frame. */
  put(slot: number, output: Output): void {
    this.waiting.set(slot, output);
    const rest = this.restsUntil - performance.now();
    if (rest <= 0) this.frame ??= requestAnimationFrame(() => this.show());
    this.timer ??= setTimeout(() => this.show(), rest > 0 ? rest : UNSEEN);
  }

  /** Takes old places away, and says how many lines there were before what stands now. */
  drop(slots: readonly number[], lines: number): void {
    this.forgetRecorded();
    for (const slot of slots) this.take(slot);
    this.order = this.order.filter((slot) => this.slots.has(slot));
    this.lines = lines;
    this.sayDropped();
  }

  /** Shows what has come. A box of lines that stands at its end follows them. */
  show(): void {
    this.rest();
    const begun = performance.now();
    if (this.waiting.size > 0) this.forgetRecorded();
    const last = this.element.lastElementChild;
    const follows = last instanceof HTMLElement && isLines(last) && this.waiting.size > 0 && isAtEnd(last);
    for (const [slot, output] of this.waiting) this.draw(slot, output);
    this.waiting.clear();
    if (follows) last.scrollTop = last.scrollHeight;
    const now = performance.now();
    this.restsUntil = now + REST * (now - begun);
    if (this.order.length > MOST) {
      for (const slot of this.order.splice(0, this.order.length - MOST)) {
        this.take(slot);
        this.others++;
      }
      this.sayDropped();
    }
  }

  /** What was recorded stays: it goes with the first output that takes its place. */
  clear(): void {
    this.rest();
    this.waiting.clear();
    if (!this.isRecorded) this.takeAll();
  }

  private takeAll(): void {
    for (const { view } of this.slots.values()) view.close?.();
    this.slots.clear();
    this.order = [];
    this.lines = 0;
    this.others = 0;
    this.element.replaceChildren();
    this.element.hidden = true;
  }

  private rest(): void {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.frame = undefined;
    this.timer = undefined;
  }

  private draw(slot: number, output: Output): void {
    const known = this.slots.get(slot);
    if (known?.output.kind === output.kind) {
      known.view.update(output);
      this.slots.set(slot, { output, view: known.view });
      return;
    }
    known?.view.close?.();
    const view = this.viewOf(output);
    this.slots.set(slot, { output, view });
    if (known) known.view.element.replaceWith(view.element);
    else this.place(slot, view.element);
    this.element.hidden = false;
  }

  /** Outputs that take long to make arrive after later ones. */
  private place(slot: number, element: HTMLElement): void {
    let at = this.order.length;
    while (at > 0 && this.order[at - 1]! > slot) at--;
    const [above, below] = [this.at(this.order[at - 1]), this.at(this.order[at])];
    // Between places whose numbers follow each other nothing ever comes.
    const box = above?.parentElement;
    const joins = isPrinted(element) && this.order[at - 1] === slot - 1 && box && isLines(box);
    this.order.splice(at, 0, slot);
    if (joins) {
      above.after(element);
      return;
    }
    const whole = isPrinted(element) ? linesBox(element) : element;
    if (below) (below.parentElement === this.element ? below : below.parentElement!).before(whole);
    else this.element.append(whole);
  }

  private at(slot: number | undefined): HTMLElement | undefined {
    return slot === undefined ? undefined : this.slots.get(slot)?.view.element;
  }

  private take(slot: number): void {
    this.waiting.delete(slot);
    const known = this.slots.get(slot);
    const box = known?.view.element.parentElement;
    known?.view.close?.();
    known?.view.element.remove();
    if (box && isLines(box) && !box.hasChildNodes()) box.remove();
    this.slots.delete(slot);
  }

  private sayDropped(): void {
    const { lines, others, note } = this;
    const counts = [lines && droppedText(lines), others && droppedText(others, 'output')].filter(Boolean);
    note.textContent = counts.join(', ');
    if (note.textContent && !note.isConnected) this.element.prepend(note);
    this.element.hidden = false;
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
        case 'panel':
          // A panel of an earlier visit would ask whoever has that number in the worker of this one.
          return new LatePanel(output, (asked, values, waits) =>
            this.isRecorded ? Promise.resolve({ gone: true }) : this.ask(asked, values, waits),
          );
        case 'file':
          return new FileView(output);
        case 'error':
          return new ErrorView(output, this.showLine);
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
