// What a notebook's page and the worker that runs its cells say to each other: plain data, which the page never runs and never takes for markup.
import type { Language } from './file/notebook';
import type { Answer, PanelData } from './panels/data';

/** Plain data by name. */
export type Values = Readonly<Record<string, unknown>>;

/** A tensor's values, row by row, as panels get them. */
export interface Reading {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint32Array | Uint8Array;
}

/**
 * How a worker is started. The first message, and the only one that comes to the worker itself: it brings a port, by which all others go both
 * ways. Cells see the worker, and never the port.
 */
export interface Start {
  readonly type: 'start';
  /**
   * Whether the notebook is the visitor's own, or one of this site's. Cells of any other (one that came by a link) find no way to what
   * the browser keeps for this site.
   */
  readonly trusted: boolean;
  /** The value of `short` in cells: the short setting of a course, which takes minutes at most, or the full one. */
  readonly short: boolean;
  /** The address of the site's home, which `site('data/mnist/')` begins with. */
  readonly site: string;
  /** Whether the page has panels: `controls` in cells follows them, and `report` reaches them. */
  readonly panels: boolean;
}

/** Runs a cell. The worker runs one at a time, in the order of the messages. */
export interface Run {
  readonly type: 'run';
  /** Tells this run from all others; the messages about it carry it. */
  readonly run: number;
  /** What errors call the cell, such as `cell 3`. */
  readonly label: string;
  readonly source: string;
  readonly language: Language;
  /** Sources of all code cells of the notebook, '' for those of Python: names that they declare are looked up when they are used, whichever cell comes first. */
  readonly notebook: readonly string[];
}

/** Ends the cell that runs at its next `await`, and takes back those that wait. Variables stay. */
export interface Stop {
  readonly type: 'stop';
}

/** Is answered at once by a worker whose cell yields. */
export interface Ping {
  readonly type: 'ping';
  readonly ping: number;
}

/** A file that cells may read by its name: `await file('cat.png')`. One of the same name takes its place. */
export interface AddFile {
  readonly type: 'file';
  readonly file: File;
}

export interface RemoveFile {
  readonly type: 'remove-file';
  readonly name: string;
}

/** A canvas of the page, given away by `transferControlToOffscreen()`: cells know it by a name, and what they draw on it is seen at once. */
export interface GiveCanvas {
  readonly type: 'canvas';
  readonly name: string;
  readonly canvas: OffscreenCanvas;
}

/** What the page's panels are set to, whenever one changes. */
export interface GiveControls {
  readonly type: 'controls';
  readonly values: Values;
}

/** Changes `short` for the cells that run from now on. */
export interface SetShort {
  readonly type: 'short';
  readonly short: boolean;
}

/** Asks what a step computes (`torch.gpu.explain`): the name of a function without parameters that some cell has declared. */
export interface Explain {
  readonly type: 'explain';
  readonly run: number;
  readonly name: string;
}

/** Asks whoever a cell has named, by a number, what it says of values, once no cell runs. */
export interface AskPanel {
  readonly type: 'ask';
  /** Tells this question from all others. */
  readonly question: number;
  readonly asked: number;
  readonly values: Float32Array;
}

export type ToWorker =
  | Start
  | Run
  | Stop
  | Ping
  | AddFile
  | RemoveFile
  | GiveCanvas
  | GiveControls
  | SetShort
  | AskPanel
  | Explain;

/** A text of the console, or the value of the last line as it prints. Texts that follow each other on one stream may be joined by a line break. */
export interface TextOutput {
  readonly kind: 'text';
  readonly stream: 'log' | 'warn' | 'error' | 'value';
  readonly text: string;
}

/** A picture, a grid of pictures or a plot that the library draws, as bytes of a PNG. */
export interface PictureOutput {
  readonly kind: 'picture';
  readonly png: Blob;
  /** The same for a dark page, where it differs; the paper of both is transparent then. */
  readonly dark: Blob | null;
  /** Size on the page, in CSS pixels; a narrow page shows it smaller. */
  readonly width: number;
  readonly height: number;
  /** Pixels stay squares when they are enlarged (`image-rendering: pixelated`). */
  readonly pixelated: boolean;
  readonly title: string;
  /** What there is to see, in words. */
  readonly alt: string;
}

/** Pictures with captions, to be laid out in rows. */
export interface GridOutput {
  readonly kind: 'grid';
  readonly title: string;
  /** How many stand in a row where there is room; null: as many as fit. */
  readonly columns: number | null;
  readonly items: readonly { readonly picture: PictureOutput; readonly caption: string }[];
}

export interface PlotLine {
  readonly name: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Lines, points or bars over numbers, as they are now; a live plot comes again, at most ten times a second. */
export interface PlotOutput {
  readonly kind: 'plot';
  readonly style: 'line' | 'points' | 'bars';
  readonly title: string;
  /** Names of the axes, '' for none. */
  readonly x: string;
  readonly y: string;
  /** The upright axis goes by factors. */
  readonly log: boolean;
  /** The level axis goes by factors. Default: false. */
  readonly logX?: boolean;
  readonly lines: readonly PlotLine[];
  /** Names of the places 0, 1, 2 … along x, for bars of things that are no numbers. */
  readonly ticks: readonly string[] | null;
}

export interface TableOutput {
  readonly kind: 'table';
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** How far something is. */
export interface Bar {
  readonly title: string;
  readonly done: number;
  /** null: not known. */
  readonly total: number | null;
  readonly seconds: number;
  /** The whole state as text, as in a terminal: rate, time to come, values. */
  readonly text: string;
}

/** Bars of a `Trainer` or of loaders, as they are now. */
export interface BarsOutput {
  readonly kind: 'bars';
  readonly bars: readonly Bar[];
}

/** Why a cell ended before its end. */
export interface ErrorOutput {
  readonly kind: 'error';
  /** The class, such as `ShapeError`; `SyntaxError` for what could not be compiled. */
  readonly name: string;
  readonly message: string;
  /** What helps, where that is known. */
  readonly remedy: string | null;
  /** The line of the cell, from 1, and the column where it is known; null where the stack leads to no line of a cell. */
  readonly line: number | null;
  readonly column: number | null;
  /** The label of the cell that `line` is of: another than the one that ran where a function of that cell was called. */
  readonly cell: string | null;
  /** Lines of cells only, innermost first, such as `step (cell 3, line 12)`. */
  readonly stack: readonly string[];
}

/** A file that the cell offers: the visitor saves it by a button. */
export interface FileOutput {
  readonly kind: 'file';
  readonly name: string;
  readonly contents: Blob;
}

/** A panel that can be touched: its data, of which the page draws it and brings it to life. */
export interface PanelOutput {
  readonly kind: 'panel';
  readonly data: PanelData;
}

export type Output =
  | FileOutput
  | PanelOutput
  | TextOutput
  | PictureOutput
  | GridOutput
  | PlotOutput
  | TableOutput
  | BarsOutput
  | ErrorOutput;

/** The worker holds the library and takes messages. */
export interface Ready {
  readonly type: 'ready';
}

/** A run has begun; those before it are over. */
export interface Began {
  readonly type: 'began';
  readonly run: number;
}

/**
 * Outputs of a run, each with its place. One in a place that was there before takes that place; a new place comes below all others. They come a few
 * times a second, as they are then.
 */
export interface Puts {
  readonly type: 'outputs';
  readonly run: number;
  readonly puts: readonly (readonly [slot: number, output: Output])[];
  /** Places of old lines that are no longer kept. */
  readonly gone: readonly number[];
  /** How many lines those held, and all that went before them. */
  readonly before: number;
}

/** A cell has called `clear()`: its outputs so far go. */
export interface Cleared {
  readonly type: 'cleared';
  readonly run: number;
}

/** Bytes of GPU memory. */
export interface Memory {
  /** Held by tensors and by the pool. */
  readonly live: number;
  readonly pooled: number;
  /** The greatest that was held at once, in the run where the memory is one of a run. */
  readonly peak: number;
}

/** A name that cells have declared. */
export interface Variable {
  readonly name: string;
  /** `Tensor`, `Parameter`, the class of an object, `function`, `class`, `number` … */
  readonly type: string;
  /** Of tensors, else null. */
  readonly shape: readonly number[] | null;
  readonly dtype: string | null;
  /** Of tensors, of a module's parameters and buffers, and of typed arrays; else null. */
  readonly bytes: number | null;
  /** The value in one short line. */
  readonly text: string;
  /** `explain` can be asked for it: a function without parameters. */
  readonly explainable: boolean;
}

/** How a run has ended. */
export interface Ended {
  readonly type: 'ended';
  readonly run: number;
  /** `stopped`: by Stop, or because it waited when Stop was pressed and never began. */
  readonly how: 'done' | 'failed' | 'stopped';
  readonly milliseconds: number;
  readonly memory: Memory;
  /** All names there are, in the order in which they were declared. */
  readonly variables: readonly Variable[];
  /** Names that this cell declares, and those of other cells that it reads. */
  readonly declares: readonly string[];
  readonly reads: readonly string[];
}

/** The answer to a ping. */
export interface Pong {
  readonly type: 'pong';
  readonly ping: number;
}

/** The answer to Explain. */
export interface Explained {
  readonly type: 'explained';
  readonly run: number;
  readonly text: string;
  /** Whether `text` says why there is no answer. */
  readonly failed: boolean;
}

/** What computes; comes once the device is open. */
export interface Adapter {
  readonly type: 'adapter';
  /** Its name as the browser gives it. */
  readonly name: string;
  /** A processor does the work of a GPU. */
  readonly software: boolean;
}

/** GPU memory while a cell runs, about twice a second. */
export interface MemoryNow {
  readonly type: 'memory';
  readonly memory: Memory;
}

/** The GPU has been lost. Cells that use it fail from now on, those without go on; tensors come back as far as the library kept them. */
export interface Lost {
  readonly type: 'lost';
  readonly message: string;
}

/** A cell has something for the page's panels: each tensor as a Reading, a list of tensors as a list of these. */
export interface Report {
  readonly type: 'report';
  readonly values: Values;
}

/** A stopped cell left something behind that still gives the GPU work. */
export interface GoesOn {
  readonly type: 'goes-on';
}

/** Python has started in a page that is isolated: a 2 in this byte, which both threads share, interrupts it at once. */
export interface Interrupts {
  readonly type: 'interrupts';
  readonly buffer: Uint8Array;
}

/** Addresses that the worker has fetched: the page has those of the site kept, for visits without a connection. */
export interface Fetched {
  readonly type: 'fetched';
  readonly addresses: readonly string[];
}

/** The answer to AskPanel. */
export interface Answered {
  readonly type: 'answered';
  readonly question: number;
  readonly answer: Answer;
}

export type FromWorker =
  | Ready
  | Began
  | Puts
  | Cleared
  | Ended
  | Pong
  | Explained
  | Adapter
  | MemoryNow
  | Lost
  | GoesOn
  | Fetched
  | Interrupts
  | Answered
  | Report;
