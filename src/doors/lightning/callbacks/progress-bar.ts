// ProgressBar: shows a run's progress, speed and logged values, in a terminal or in an element of a page.

import { ArgumentError, type Display, type DisplayedBar } from '../../../torch';
import { display, kindOf, kinds, parseArgs } from '../../../torch/inside';
import { Callback } from '../hooks';
import type { LightningModule } from '../module';
import type { Trainer } from '../trainer';

/** The members of an element inside a bar that are used here. */
interface BarPart {
  textContent: string | null;
  max?: number;
  value?: number;
  setAttribute(name: string, value: string): void;
  remove(): void;
}

/** The members of an HTML element that are used here. */
export interface BarElement {
  textContent: string | null;
  readonly ownerDocument: { createElement(tag: string): BarPart };
  append(/** The contents of the element. */ ...children: never[]): void;
}

/** Options of ProgressBar. */
export interface ProgressBarOptions {
  /** Seconds between updates of the bar. Values are read only then. Default: 0.5. */
  refreshRate?: number;
  /**
   * The element to show the bar in, with the validation bar below. Screen readers can read the state from the bars, and
   * announce the end of each epoch. Without an element, the bar is written to the terminal; in a page, one line per
   * epoch goes to the console.
   */
  element?: BarElement | null;
  /** Whether to keep the bars of finished epochs. Default: false; the last one always stays. */
  leave?: boolean;
}

interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const terminal = (): Terminal | null => {
  const { process } = globalThis as { process?: { stdout?: Terminal; versions?: { node?: string } } };
  return process?.versions?.node && process.stdout ? process.stdout : null;
};

const BAR = 10;
const EIGHTHS = ' ▏▎▍▌▋▊▉█';

const clock = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const part = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  return `${hours > 0 ? `${hours}:` : ''}${part(Math.floor(whole / 60) % 60)}:${part(whole % 60)}`;
};

/** A number as in Lightning's bar: three decimals, or scientific notation. */
export const barNumber = (value: number): string => {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e4 ? value.toFixed(3) : value.toExponential(2).replace(/e([+-])(\d)$/, 'e$10$2');
};

const valueText = (name: string, value: number | string): string =>
  `${name}=${typeof value === 'number' ? barNumber(value) : value}`;

/** One line: title, progress, elapsed and remaining time, speed, and values. */
export function barLine(
  title: string,
  done: number,
  total: number,
  seconds: number,
  values: Readonly<Record<string, number | string>>,
): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const speed =
    rate > 0 ? `${rate >= 1 ? rate.toFixed(2) : (1 / rate).toFixed(2)}${rate >= 1 ? 'it/s' : 's/it'}` : '?it/s';
  const tail = [speed, ...Object.entries(values).map(([name, value]) => valueText(name, value))].join(', ');
  if (!Number.isFinite(total)) return `${title}: ${done}it [${clock(seconds)}, ${tail}]`;
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const eighths = Math.round(share * BAR * 8);
  const full = Math.floor(eighths / 8);
  const bar = '█'.repeat(full) + (full < BAR ? EIGHTHS[eighths % 8]! : '') + ' '.repeat(Math.max(0, BAR - full - 1));
  const left = rate > 0 ? clock((total - done) / rate) : '?';
  return `${title}: ${`${Math.floor(share * 100)}`.padStart(3)}%|${bar}| ${done}/${total} [${clock(seconds)}<${left}, ${tail}]`;
}

/** One bar: for an epoch, or for a validation within it. */
interface Bar {
  title: string;
  done: number;
  total: number;
  readonly begun: number;
}

/** The parts of an element: the bars, the bars drawn in characters, and the text for screen readers. */
interface View {
  readonly bars: readonly BarPart[];
  readonly text: BarPart;
  readonly status: BarPart;
}

const now = (): number => performance.now() / 1000;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Shows the progress of a run, and the values logged for the bar. */
export class ProgressBar extends Callback {
  readonly refreshRate: number;
  readonly #element: BarElement | null;
  readonly #leave: boolean;
  #main: Bar | null = null;
  #inner: Bar | null = null;
  #values: Record<string, number | string> = {};
  #drawnAt = 0;
  #reading: Promise<void> | null = null;
  /** How many terminal lines the next update overwrites. */
  #lines = 0;
  #view: View | null = null;

  constructor(...args: [options?: ProgressBarOptions] | [number, options?: ProgressBarOptions]) {
    super();
    const o = parseArgs<ProgressBarOptions>(
      'ProgressBar',
      [],
      { refreshRate: 0.5, element: null, leave: false },
      args,
      {
        refreshRate: kinds.between(0),
      },
    );
    if (o.element !== null && typeof o.element.append !== 'function') {
      throw new ArgumentError(`ProgressBar: expected an element of the page, but got ${kindOf(o.element)}`);
    }
    this.refreshRate = o.refreshRate;
    this.#element = o.element;
    this.#leave = o.leave;
  }

  /** The values shown after the speed; a subclass may add or remove some. */
  getMetrics(trainer: Trainer, _module: LightningModule): Record<string, number | string> {
    const version = trainer.logger?.version ?? null;
    return version === null ? {} : { v_num: typeof version === 'string' ? version.slice(-4) : version };
  }

  #bar(title: string, total: number): Bar {
    return { title, done: 0, total, begun: now() };
  }

  override onSanityCheckStart(): void {
    this.#main = this.#bar('Sanity Checking', Number.POSITIVE_INFINITY);
  }

  override onSanityCheckEnd(): void {
    this.#clear();
    this.#main = null;
  }

  override onTrainEpochStart(trainer: Trainer): void {
    this.#main = this.#bar(`Epoch ${trainer.currentEpoch}`, trainer.numTrainingBatches);
    this.#drawnAt = now();
  }

  override onTrainBatchEnd(
    trainer: Trainer,
    module: LightningModule,
    _outputs: unknown,
    _batch: unknown,
    batchIdx: number,
  ): unknown {
    return this.#step(this.#main, batchIdx + 1, trainer, module);
  }

  override onValidationStart(trainer: Trainer): void {
    if (trainer.sanityChecking) {
      if (this.#main)
        this.#main.total = sum(trainer.numValBatches.map((count) => Math.min(count, trainer.numSanityValSteps)));
      return;
    }
    const bar = this.#bar('Validation', sum(trainer.numValBatches));
    if (trainer.state.fn === 'fit') this.#inner = bar;
    else this.#main = bar;
  }

  override onValidationBatchEnd(trainer: Trainer, module: LightningModule): unknown {
    const bar = this.#inner ?? this.#main;
    return this.#step(bar, (bar?.done ?? 0) + 1, trainer, module);
  }

  override onValidationEnd(trainer: Trainer, module: LightningModule): unknown {
    if (this.#inner) {
      this.#inner = null;
      return undefined;
    }
    return trainer.sanityChecking ? undefined : this.#close(trainer, module);
  }

  override onTestStart(trainer: Trainer): void {
    this.#main = this.#bar('Testing', sum(trainer.numTestBatches));
  }

  override onTestBatchEnd(trainer: Trainer, module: LightningModule): unknown {
    return this.#step(this.#main, (this.#main?.done ?? 0) + 1, trainer, module);
  }

  override onTestEnd(trainer: Trainer, module: LightningModule): unknown {
    return this.#close(trainer, module);
  }

  override onPredictStart(trainer: Trainer): void {
    this.#main = this.#bar('Predicting', sum(trainer.numPredictBatches));
  }

  override onPredictBatchEnd(trainer: Trainer, module: LightningModule): unknown {
    return this.#step(this.#main, (this.#main?.done ?? 0) + 1, trainer, module);
  }

  override onPredictEnd(trainer: Trainer, module: LightningModule): unknown {
    return this.#close(trainer, module);
  }

  override async onTrainEpochEnd(trainer: Trainer, module: LightningModule): Promise<void> {
    await this.#read(trainer, module);
    this.#draw();
    this.#announce(this.#main && [this.#main.title, ...this.#shown()].join(', '));
    if (this.#leave || !terminal()?.isTTY) this.#settle();
  }

  override onTrainEnd(): void {
    this.#settle();
  }

  override onException(trainer: Trainer): void {
    this.#announce(`Stopped at step ${trainer.globalStep}`);
    this.#settle();
  }

  /** Prints to the console, above the bar. */
  print(...values: unknown[]): void {
    this.#clear();
    console.log(...values);
    this.#draw();
  }

  #step(bar: Bar | null, done: number, trainer: Trainer, module: LightningModule): void {
    if (!bar) return;
    bar.done = done;
    if (this.#reading || now() - this.#drawnAt < this.refreshRate) return;
    this.#drawnAt = now();
    // The loop does not wait for the bar.
    this.#reading = this.#read(trainer, module)
      .then(() => this.#draw())
      .catch(() => undefined)
      .finally(() => {
        this.#reading = null;
      });
  }

  async #read(trainer: Trainer, module: LightningModule): Promise<void> {
    const values = await trainer.connector.readProgBar();
    this.#values = { ...this.getMetrics(trainer, module), ...values };
  }

  async #close(trainer: Trainer, module: LightningModule): Promise<void> {
    await this.#read(trainer, module);
    this.#draw();
    this.#settle();
    this.#main = null;
  }

  #texts(): string[] {
    return this.#bars().map(({ text }) => text);
  }

  /** The current bars; the logged values are shown with the first. */
  #bars(): DisplayedBar[] {
    return [this.#main, this.#inner]
      .filter((bar) => bar !== null)
      .map((bar) => {
        const { title, done, total } = bar;
        const seconds = now() - bar.begun;
        const text = barLine(title, done, total, seconds, bar === this.#main ? this.#values : {});
        return { title, done, total: Number.isFinite(total) ? total : null, seconds, text };
      });
  }

  /** The function that shows the bars if there is no terminal, such as in a notebook; null if an element shows them. */
  get #shows(): NonNullable<Display['bars']> | null {
    const place = this.#element ? null : display();
    return place?.bars?.bind(place) ?? null;
  }

  #draw(): void {
    if (this.#element) {
      this.#paint(this.#element);
      return;
    }
    if (this.#shows) {
      const bars = this.#bars();
      if (bars.length > 0) this.#shows(this, bars);
      return;
    }
    const out = terminal();
    if (!out?.isTTY) return;
    this.#clear();
    const width = (out.columns ?? 120) - 1;
    const texts = this.#texts().map((text) => text.slice(0, width));
    out.write(texts.join('\n'));
    this.#lines = texts.length;
  }

  /** Erases the bar from the terminal. */
  #clear(): void {
    const out = terminal();
    if (!out?.isTTY || this.#lines === 0) return;
    out.write(`\r\x1b[K${'\x1b[1A\r\x1b[K'.repeat(this.#lines - 1)}`);
    this.#lines = 0;
  }

  /** Leaves the bar in the terminal in its current state; output continues below it. */
  #settle(): void {
    if (this.#element) return;
    const out = terminal();
    if (this.#shows) {
      this.#draw();
    } else if (out?.isTTY) {
      if (this.#lines > 0) out.write('\n');
    } else if (this.#main) {
      const [text] = this.#texts();
      if (out) out.write(`${text}\n`);
      else console.info(text);
    }
    this.#lines = 0;
    this.#main = null;
  }

  /** The values as text. */
  #shown(): string[] {
    return Object.entries(this.#values).map(([name, value]) => valueText(name, value));
  }

  #viewOf(element: BarElement, count: number): View {
    if (this.#view?.bars.length === count) return this.#view;
    const make = (tag: string, attributes: Readonly<Record<string, string>> = {}) => {
      const part = element.ownerDocument.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
      return part;
    };
    // Screen readers only announce changes of a live region that existed before, so the region is kept.
    const status = this.#view?.status ?? make('p', { role: 'status' });
    if (!this.#view) element.textContent = '';
    for (const part of this.#view ? [...this.#view.bars, this.#view.text] : []) part.remove();
    const bars = Array.from({ length: count }, () => make('progress'));
    // The characters are hidden from screen readers; the bars give the same information in words.
    const text = make('pre', { 'aria-hidden': 'true' });
    this.#view = { bars, text, status };
    element.append(...([...bars, text, status] as never[]));
    return this.#view;
  }

  #paint(element: BarElement): void {
    const bars = [this.#main, this.#inner].filter((bar) => bar !== null);
    const view = this.#viewOf(element, bars.length);
    bars.forEach(({ title, done, total }, i) => {
      const part = view.bars[i]!;
      const count = Number.isFinite(total) ? `${done} of ${total} batches` : `${done} batches`;
      part.setAttribute('aria-label', title);
      part.setAttribute('aria-valuetext', [count, ...(i === 0 ? this.#shown() : [])].join(', '));
      part.max = Number.isFinite(total) ? total : Math.max(1, done);
      part.value = done;
    });
    view.text.textContent = this.#texts().join('\n');
  }

  /** Makes screen readers announce a text. */
  #announce(text: string | null): void {
    if (this.#element && this.#view && text !== null) this.#view.status.textContent = text;
  }
}
