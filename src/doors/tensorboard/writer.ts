// SummaryWriter: what TensorBoard shows of a training program, in event files.

import { type Arguments, closeMethods, hasFiles, join, kinds, parseArgs } from '../../torch/inside';
import {
  type ChartCall,
  type LayoutCall,
  layoutEntry,
  marginEntry,
  multilineEntry,
  type PrCurveCall,
  type PrCurveRawCall,
  prCurveEntry,
  prCurveRawEntry,
} from './calls/curves';
import { type EmbeddingCall, Embeddings } from './calls/embedding';
import { type GraphCall, graphEntries } from './calls/graph';
import { type HistogramCall, type HistogramRawCall, histogramEntry, histogramRawEntry } from './calls/histograms';
import { type AudioCall, audioEntry, type VideoCall, videoEntry } from './calls/media';
import { type MeshCall, meshEntry } from './calls/mesh';
import { type BoxCall, boxEntry, type FigureCall, figureEntry, type ImageCall, imageEntry } from './calls/pictures';
import {
  type HparamCall,
  hparamEntries,
  type ScalarCall,
  type ScalarsCall,
  scalarEntry,
  scalarsEntries,
} from './calls/scalars';
import { type TensorCall, type TextCall, tensorEntry, textEntry } from './calls/tensors';
import { purgeEvents } from './event-file';
import { type Entry, EventQueue, now } from './event-queue';

interface WriterOptions {
  /** The folder. Default: `runs/` and the date, time and `comment`. */
  logDir?: string | null;
  /** The ending of the default folder's name. Default: none. */
  comment?: string;
  /** Events from this step on, of a run that crashed in the same folder, are hidden. Default: none. */
  purgeStep?: number | null;
  /** Events that may wait before they are written. Default: 10. */
  maxQueue?: number;
  /** Seconds that events may wait, which the next event ends. Default: 120. */
  flushSecs?: number;
  /** The ending of the names of files. Default: none. */
  filenameSuffix?: string;
}
const writerOrder = ['logDir', 'comment', 'purgeStep', 'maxQueue', 'flushSecs', 'filenameSuffix'] as const;
const MOST_QUEUED = 2 ** 24;
const writerKinds = {
  logDir: kinds.orNull(kinds.text),
  comment: kinds.text,
  purgeStep: kinds.orNull(kinds.whole(0)),
  maxQueue: kinds.whole(0, MOST_QUEUED),
  flushSecs: kinds.between(0),
  filenameSuffix: kinds.text,
};

/**
 * Writes events for TensorBoard, as PyTorch's SummaryWriter does: `tensorboard --logdir runs` shows them. Calls return at once; tensors are kept as they are at
 * the call, stay on the GPU, and are read when events are written, several at a time. In a page, where there are no files, `files()` gives them.
 *
 *     const writer = new SummaryWriter('runs/first');
 *     writer.addGraph(model, torch.zeros(1, 1, 28, 28));
 *     writer.addScalar('loss', loss, step);
 *     await writer.close();
 *
 * Of PyTorch's methods there is no `add_onnx_graph`.
 */
export class SummaryWriter {
  static {
    closeMethods(SummaryWriter.prototype, ['getLogdir', 'flush', 'close', 'files']);
  }

  readonly logDir: string;
  readonly #queue: EventQueue;
  readonly #embeddings = new Embeddings();

  constructor(...args: Arguments<WriterOptions, typeof writerOrder>) {
    const defaults = { logDir: null, comment: '', purgeStep: null, maxQueue: 10, flushSecs: 120, filenameSuffix: '' };
    const o = parseArgs<WriterOptions>('SummaryWriter', [], defaults, args, writerKinds);
    this.logDir = o.logDir || join('runs', `${dated(new Date())}${o.comment}`);
    this.#queue = new EventQueue(o);
    const file = this.#queue.fileIn(this.logDir);
    if (o.purgeStep !== null) for (const event of purgeEvents(now(), o.purgeStep)) file.add(event);
  }

  getLogdir(): string {
    return this.logDir;
  }

  /** A number under a tag; `group/name` groups tags. @throws ArgumentError for a tensor of several elements */
  addScalar(...args: ScalarCall): void {
    this.#add(scalarEntry(args));
  }

  /** Several numbers in one chart, each in a folder of its own, which are shown as runs. */
  addScalars(...args: ScalarsCall): void {
    for (const [folder, entry] of scalarsEntries(args)) this.#add(entry, `${this.logDir}/${folder}`);
  }

  /** The elements of a tensor, for programs that read events. */
  addTensor(...args: TensorCall): void {
    this.#add(tensorEntry(args));
  }

  /** How values are distributed. @throws ArgumentError for bins that there are not, and, when events are written, for values that are not finite */
  addHistogram(...args: HistogramCall): void {
    this.#add(histogramEntry(args));
  }

  /** A histogram that is counted already: `bucketLimits` are the right edges of buckets. */
  addHistogramRaw(...args: HistogramRawCall): void {
    this.#add(histogramRawEntry(args));
  }

  /** A picture: uint8, or floats from 0 to 1, which are cut off there. Shape: [3, H, W], [1, H, W] or [4, H, W], or as `dataformats` says. */
  addImage(...args: ImageCall): void {
    this.#add(imageEntry('addImage', 'CHW', args));
  }

  /** Pictures in rows of eight. Shape: [N, 3, H, W] or [N, 1, H, W], or as `dataformats` says. */
  addImages(...args: ImageCall): void {
    this.#add(imageEntry('addImages', 'NCHW', args));
  }

  /** A picture, as of `addImage`, with red boxes [N, 4] on it and their labels. @throws ArgumentError for labels that are not as many as boxes */
  addImageWithBoxes(...args: BoxCall): void {
    this.#add(boxEntry(args));
  }

  /**
   * A plot as it is now: the canvas that `metric.plot()`, `tuner.lrFind` or `visualization` gives, or a list of canvases of one size.
   *
   *     writer.addFigure('confusion', await metric.plot(), epoch);
   *
   * @throws ArgumentError for canvases that cannot be read
   */
  addFigure(...args: FigureCall): void {
    this.#add(figureEntry(args));
  }

  /** Videos [N, T, C, H, W] as a GIF, several side by side. Frames of more than 256 colours get the 256 that stand for most. */
  addVideo(...args: VideoCall): void {
    this.#add(videoEntry(args));
  }

  /** A sound [1, L] as a WAV file of 16 bits. */
  addAudio(...args: AudioCall): void {
    this.#add(audioEntry(args));
  }

  /** A text, which TensorBoard shows as Markdown. */
  addText(...args: TextCall): void {
    this.#add(textEntry(args));
  }

  /**
   * The graph of a network in evaluation: operations with their shapes, under the modules that call them. Nothing is computed.
   *
   * @throws ArgumentError for a result that is an object, unless `useStrictTrace` is false; whatever the network throws
   */
  addGraph(...args: GraphCall): void {
    for (const entry of graphEntries(args)) this.#add(entry);
  }

  /** Points [N, D] for TensorBoard's projector, with labels and pictures: files beside the events, which are written with them. */
  addEmbedding(...args: EmbeddingCall): void {
    for (const { path, content } of this.#embeddings.add(args)) this.#queue.addFile(join(this.logDir, path), content);
  }

  /** The curve of precision over recall of a binary classifier. @throws ArgumentError, when events are written, for lists of different lengths */
  addPrCurve(...args: PrCurveCall): void {
    this.#add(prCurveEntry(args));
  }

  /** The same from counts already made, at thresholds from 0 to 1. @throws ArgumentError for lists of different lengths */
  addPrCurveRaw(...args: PrCurveRawCall): void {
    this.#add(prCurveRawEntry(args));
  }

  /** One chart of several tags of `addScalar`. */
  addCustomScalarsMultilinechart(...args: ChartCall): void {
    this.#add(multilineEntry(args));
  }

  /** One chart of three tags of `addScalar`: a value, and the lower and the upper edge of the margin around it. */
  addCustomScalarsMarginchart(...args: ChartCall): void {
    this.#add(marginEntry(args));
  }

  /**
   * Charts of several tags of `addScalar`, by categories and titles. Once a log.
   *
   *     writer.addCustomScalars({ losses: { both: ['Multiline', ['loss/train', 'loss/val']] } });
   */
  addCustomScalars(...args: LayoutCall): void {
    this.#add(layoutEntry(args));
  }

  /** Vertices [B, N, 3] in space, as points, or as triangles where there are `faces`. */
  addMesh(...args: MeshCall): void {
    this.#add(meshEntry(args));
  }

  /** The hyperparameters of a run and its results, in a folder within `logDir`, for TensorBoard to compare runs by. */
  addHparams(...args: HparamCall): void {
    const { folder, entries } = hparamEntries(args);
    for (const entry of entries) this.#add(entry, join(this.logDir, folder));
  }

  /** Reads the waiting tensors, and writes all events. @throws the first error since the last flush */
  async flush(): Promise<void> {
    await this.#queue.flush();
  }

  /** `flush`, and then closes the files; later events begin new ones. */
  async close(): Promise<void> {
    await this.#queue.flush();
    this.#queue.forget();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** In a page: all files of the log by their paths, for a download. Where there is a disk they are there, and this is empty. */
  async files(): Promise<Record<string, Uint8Array>> {
    await this.#queue.flush();
    return hasFiles() ? {} : this.#queue.contents();
  }

  #add(entry: Entry, folder = this.logDir): void {
    this.#queue.add(folder, entry);
  }
}

/** `Nov23_06-20-15`, as Python's default folders are named, without the name of the machine. */
function dated(date: Date): string {
  const month = date.toLocaleString('en-US', { month: 'short' });
  const two = (n: number) => String(n).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('-');
  return `${month}${two(date.getDate())}_${time}`;
}
