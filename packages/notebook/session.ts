// Owns the page's side of a notebook's worker: starts and ends it, and keeps account of what runs.
import type { Language } from './file/notebook';
import type { Answer } from './panels/data';
import type { Ended, FromWorker, Memory, Output, ToWorker, Values } from './protocol';
import workerUrl from './worker/index.ts?worker&url';

/**
 * `off`: there is no worker, until a cell is run. `stopping`: Stop was pressed, and a cell still runs.
 */
export type SessionState = 'off' | 'starting' | 'idle' | 'busy' | 'stopping';

/** What interrupts Python, as a signal does elsewhere. */
const SIGINT = 2;

/** What a page hears of its session. Runs are told apart by the numbers that `run` gave. */
export interface SessionListener {
  state?(state: SessionState): void;
  began?(run: number): void;
  output?(run: number, slot: number, output: Output): void;
  /** Old lines are no longer kept: their places, and how many lines there were before what stands now. */
  dropped?(run: number, slots: readonly number[], lines: number): void;
  cleared?(run: number): void;
  /** Of every run once, whatever became of it. */
  ended?(ended: Ended): void;
  adapter?(name: string, software: boolean): void;
  memory?(memory: Memory): void;
  /** The GPU was lost; the session goes on. */
  lost?(message: string): void;
  /** Cells were stopped, and what one of them had begun computes on. */
  goesOn?(message: string): void;
  /** What cells have fetched. */
  fetched?(addresses: readonly string[]): void;
  /** A cell has something for the page's panels. */
  report?(values: Values): void;
  /** The worker is no more, and what cells had declared went with it: `stuck` by a cell that never yields, `died` for another reason. */
  gone?(why: 'stuck' | 'died' | 'restarted', message: string): void;
}

export interface SessionOptions {
  /** Whether the notebook is the visitor's own or one of the site's. Cells of others find no storage, and fetch from this site, Pyodide and PyPI alone. */
  readonly trusted: boolean;
  readonly short: boolean;
  /** The address of the site's home. */
  readonly site: string;
  /** Whether the page has panels that cells follow and report to. Default: false. */
  readonly panels?: boolean;
}

export interface CellToRun {
  /** What errors call it. */
  readonly label: string;
  readonly source: string;
  readonly language: Language;
}

/** Milliseconds after Stop in which a worker has to answer, and those in which cells have to end in one that does. */
const ANSWER = 1000;
const END = 10_000;

const noMemory: Memory = { live: 0, pooled: 0, peak: 0 };

const STUCK =
  'The cell did not stop: it never waits for anything, so its worker was ended, and what cells had declared is gone. Run the cells above again.';

const DEFIES =
  'The cell did not stop: it goes on after each Stop, so its worker was ended, and what cells had declared is gone. Run the cells above again.';

const GOES_ON =
  'Something that a cell began still computes on the GPU. No cell waits for it, so Stop does not reach it. Restart ends it, and with it goes what cells have declared.';

/**
 * The directive that a page gets before it runs cells of others; policies of one page hold together. Packages of Python come from Pyodide's own folder
 * and from PyPI, where nobody can read what was asked for.
 */
const NARROW =
  "connect-src 'self' data: blob: https://cdn.jsdelivr.net/pyodide/ https://pypi.org/simple/ https://files.pythonhosted.org/packages/";

/** Has this page, and workers that begin from here on, fetch from the site and from these folders alone. No page gets rid of a policy again. */
function fetchFromSiteAlone(): void {
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = NARROW;
  document.head.append(policy);
}

/**
 * A worker that has the policy of this page. One that is started by its address has none but its own; one of a blob has that of whoever
 * made it.
 */
function underPolicy(address: string): { readonly worker: Worker; readonly begun: () => void } {
  const blob = new Blob([`import ${JSON.stringify(address)};`], { type: 'text/javascript' });
  const url = URL.createObjectURL(blob);
  const worker = new Worker(url, { type: 'module', name: 'notebook' });
  return { worker, begun: () => URL.revokeObjectURL(url) };
}

export class Session {
  #worker: Worker | null = null;
  /** All that passes between page and worker goes by it; cells have the worker, and not this. */
  #port: MessagePort | null = null;
  #state: SessionState = 'off';
  #runs = 0;
  #pings = 0;
  /** By which Python is interrupted in a page that is isolated. */
  #interrupts: Uint8Array | null = null;
  /** Runs that have not ended, in their order. */
  readonly #open = new Map<number, (ended: Ended) => void>();
  readonly #questions = new Map<number, (answer: { text: string; failed: boolean }) => void>();
  /** Questions of panels that are not answered. */
  readonly #asked = new Map<number, (answer: Answer) => void>();
  readonly #files = new Map<string, File>();
  /** What the panels say; a new worker hears it first. */
  #controls: Values | null = null;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #options: SessionOptions;

  constructor(
    private readonly listener: SessionListener,
    options: SessionOptions,
  ) {
    this.#options = options;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Has a worker come and load the library, as for a page where a cell is about to be run. `run` does so by itself. */
  start(): void {
    if (this.#worker) return;
    const { trusted, short, site, panels = false } = this.#options;
    if (!trusted) fetchFromSiteAlone();
    const { worker, begun } = underPolicy(new URL(workerUrl, location.href).href);
    const { port1: port, port2 } = new MessageChannel();
    this.#worker = worker;
    this.#port = port;
    this.#become('starting');
    port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      // The worker has read its address once it speaks.
      if (data.type === 'ready') begun();
      if (worker === this.#worker) this.#hear(data);
    };
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (worker === this.#worker)
        this.#end('died', event.message || 'The worker that runs cells could not be loaded.');
    });
    worker.postMessage({ type: 'start', trusted, short, site, panels } satisfies ToWorker, [port2]);
    if (this.#controls) this.#send({ type: 'controls', values: this.#controls });
    for (const file of this.#files.values()) this.#send({ type: 'file', file });
  }

  /**
   * Runs a cell once those that were asked for before are over.
   *
   * @param notebook sources of all code cells, the one that runs among them; '' in the place of those of Python
   * @returns the run's number at once, and how it has ended
   */
  run(
    { label, source, language }: CellToRun,
    notebook: readonly string[],
  ): { readonly run: number; readonly ended: Promise<Ended> } {
    this.start();
    const run = ++this.#runs;
    const ended = new Promise<Ended>((resolve) => this.#open.set(run, resolve));
    this.#send({ type: 'run', run, label, source, language, notebook });
    if (this.#state === 'idle') this.#become('busy');
    return { run, ended };
  }

  /** Runs cells one after the other; those behind one that fails or is stopped are left out. Whether all went well. */
  async runAll(
    cells: readonly (CellToRun & { began?(run: number): void })[],
    notebook: readonly string[],
  ): Promise<boolean> {
    for (const cell of cells) {
      const { run, ended } = this.run(cell, notebook);
      cell.began?.(run);
      if ((await ended).how !== 'done') return false;
    }
    return true;
  }

  /**
   * Ends the cell that runs at its next `await`, and those that wait. A worker that does not answer within a second is ended, and so is one whose cells
   * go on for ten.
   */
  stop(): void {
    if (this.#state === 'starting') this.restart();
    if (!this.#worker || this.#open.size === 0) return;
    this.#send({ type: 'stop' });
    this.#send({ type: 'ping', ping: ++this.#pings });
    this.#watchdog ??= setTimeout(() => this.#end('stuck', STUCK), ANSWER);
    this.#patience ??= setTimeout(() => this.#end('stuck', DEFIES), END);
    if (this.#interrupts) this.#interrupts[0] = SIGINT;
    this.#become('stopping');
  }

  /** Ends the worker, with all that cells have declared. The next cell that runs has a new one. */
  restart(): void {
    if (this.#worker) this.#end('restarted', 'The notebook was restarted: run its cells again.');
  }

  /** What a step computes: the text of `torch.gpu.explain`. */
  explain(name: string): Promise<{ readonly text: string; readonly failed: boolean }> {
    this.start();
    const run = ++this.#runs;
    return new Promise((resolve) => {
      this.#questions.set(run, resolve);
      this.#send({ type: 'explain', run, name });
    });
  }

  /** Asks, for a panel, whoever a cell has named by this number; the answer comes once no cell runs. */
  ask(asked: number, values: Float32Array, waits: () => void): Promise<Answer> {
    if (!this.#worker) return Promise.resolve({ gone: true });
    if (this.#open.size > 0) waits();
    const question = ++this.#runs;
    return new Promise((resolve) => {
      this.#asked.set(question, resolve);
      this.#send({ type: 'ask', question, asked, values });
    });
  }

  addFile(file: File): void {
    this.#files.set(file.name, file);
    if (this.#worker) this.#send({ type: 'file', file });
  }

  removeFile(name: string): void {
    this.#files.delete(name);
    if (this.#worker) this.#send({ type: 'remove-file', name });
  }

  /** Gives a canvas away, which cells know by a name. It goes with the worker: after a restart the page gives another. */
  giveCanvas(name: string, canvas: HTMLCanvasElement): void {
    this.start();
    const offscreen = canvas.transferControlToOffscreen();
    this.#port?.postMessage({ type: 'canvas', name, canvas: offscreen } satisfies ToWorker, [offscreen]);
  }

  /** Tells cells what the page's panels are set to: plain data. */
  giveControls(values: Values): void {
    this.#controls = values;
    if (this.#worker) this.#send({ type: 'controls', values });
  }

  setShort(short: boolean): void {
    this.#options = { ...this.#options, short };
    if (this.#worker) this.#send({ type: 'short', short });
  }

  /** Ends the worker for good. */
  close(): void {
    this.restart();
  }

  #send(message: ToWorker): void {
    this.#port?.postMessage(message);
  }

  #become(state: SessionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.listener.state?.(state);
  }

  #hear(message: FromWorker): void {
    const { listener } = this;
    switch (message.type) {
      case 'ready':
        this.#become(this.#open.size > 0 ? 'busy' : 'idle');
        break;
      case 'began':
        listener.began?.(message.run);
        break;
      case 'outputs':
        if (message.gone.length > 0 || message.before > 0) {
          listener.dropped?.(message.run, message.gone, message.before);
        }
        for (const [slot, output] of message.puts) listener.output?.(message.run, slot, output);
        break;
      case 'cleared':
        listener.cleared?.(message.run);
        break;
      case 'ended':
        this.#over(message);
        break;
      case 'pong':
        if (message.ping === this.#pings) this.#calm();
        break;
      case 'explained':
        this.#questions.get(message.run)?.(message);
        this.#questions.delete(message.run);
        break;
      case 'answered':
        this.#asked.get(message.question)?.(message.answer);
        this.#asked.delete(message.question);
        break;
      case 'adapter':
        listener.adapter?.(message.name, message.software);
        break;
      case 'memory':
        listener.memory?.(message.memory);
        break;
      case 'lost':
        listener.lost?.(message.message);
        break;
      case 'report':
        listener.report?.(message.values);
        break;
      case 'interrupts':
        this.#interrupts = message.buffer;
        break;
      case 'fetched':
        listener.fetched?.(message.addresses);
        break;
      case 'goes-on':
        listener.goesOn?.(GOES_ON);
    }
  }

  #calm(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = undefined;
  }

  /** No cell runs that Stop was meant for. */
  #rest(): void {
    this.#calm();
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  #over(ended: Ended): void {
    const resolve = this.#open.get(ended.run);
    if (!resolve) return;
    this.#open.delete(ended.run);
    this.listener.ended?.(ended);
    if (this.#open.size === 0) {
      this.#rest();
      if (this.#worker) this.#become('idle');
    }
    resolve(ended);
  }

  #end(why: 'stuck' | 'died' | 'restarted', message: string): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#port?.close();
    this.#port = null;
    this.#interrupts = null;
    this.#rest();
    for (const answer of this.#questions.values()) answer({ text: message, failed: true });
    this.#questions.clear();
    for (const answer of this.#asked.values()) answer({ gone: true });
    this.#asked.clear();
    this.listener.gone?.(why, message);
    this.#become('off');
    const lost = { how: 'stopped', milliseconds: 0, memory: noMemory, variables: [], declares: [], reads: [] } as const;
    for (const run of [...this.#open.keys()]) this.#over({ type: 'ended', run, ...lost });
  }
}
