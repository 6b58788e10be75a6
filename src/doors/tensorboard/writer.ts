// SummaryWriter: logs a training program for TensorBoard, in event files.

import { type Arguments, closeMethods, kinds, parseArgs } from '../../torch/inside';
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
import { hasFiles, join } from './local-files';

interface WriterOptions {
  /** The log folder. Default: `runs/` followed by date, time and `comment`. */
  logDir?: string | null;
  /** The suffix of the default folder's name. Default: none. */
  comment?: string;
  /** The step from which to hide events that a crashed run wrote to the same folder. Default: none. */
  purgeStep?: number | null;
  /** The maximum number of events that may wait before they are written. Default: 10. */
  maxQueue?: number;
  /** The number of seconds after which the next event causes all waiting events to be written. Default: 120. */
  flushSecs?: number;
  /** The suffix of file names. Default: none. */
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
 * Writes events for TensorBoard, as PyTorch's SummaryWriter does: `tensorboard --logdir runs` shows them. Calls return
 * immediately. Tensors are copied on the GPU at the call, and read in bulk when events are written. In a page, where
 * there is no disk, `files()` returns the log's files.
 *
 *     const writer = new SummaryWriter('runs/first');
 *     writer.addGraph(model, torch.zeros(1, 1, 28, 28));
 *     writer.addScalar('loss', loss, step);
 *     await writer.close();
 *
 * PyTorch's method `add_onnx_graph` is missing.
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

  /** A number under a tag; `group/name` groups tags. @throws ArgumentError for a tensor with several elements */
  addScalar(...args: ScalarCall): void {
    this.#add(scalarEntry(args));
  }

  /** Several numbers in one chart; each gets a separate folder, so that TensorBoard shows it as a run. */
  addScalars(...args: ScalarsCall): void {
    for (const [folder, entry] of scalarsEntries(args)) this.#add(entry, `${this.logDir}/${folder}`);
  }

  /** The elements of a tensor, for programs that read events. */
  addTensor(...args: TensorCall): void {
    this.#add(tensorEntry(args));
  }

  /**
   * The distribution of values. @throws ArgumentError for unknown bins and, when events are written, for values that
   * are not finite
   */
  addHistogram(...args: HistogramCall): void {
    this.#add(histogramEntry(args));
  }

  /** A histogram from existing counts; `bucketLimits` are the right edges of the buckets. */
  addHistogramRaw(...args: HistogramRawCall): void {
    this.#add(histogramRawEntry(args));
  }

  /**
   * A picture: uint8, or floats from 0 to 1, clipped. Shape: [3, H, W], [1, H, W] or [4, H, W], or as `dataformats`
   * says.
   */
  addImage(...args: ImageCall): void {
    this.#add(imageEntry('addImage', 'CHW', args));
  }

  /** Pictures in rows of eight. Shape: [N, 3, H, W] or [N, 1, H, W], or as `dataformats` says. */
  addImages(...args: ImageCall): void {
    this.#add(imageEntry('addImages', 'NCHW', args));
  }

  /**
   * A picture, as in `addImage`, with red boxes [N, 4] and their labels. @throws ArgumentError if the numbers of labels
   * and boxes differ
   */
  addImageWithBoxes(...args: BoxCall): void {
    this.#add(boxEntry(args));
  }

  /**
   * The current content of a plot: the canvas that `metric.plot()`, `tuner.lrFind` or `visualization` returns, or a
   * list of canvases of the same size.
   *
   *     writer.addFigure('confusion', await metric.plot(), epoch);
   *
   * @throws ArgumentError for canvases that cannot be read
   */
  addFigure(...args: FigureCall): void {
    this.#add(figureEntry(args));
  }

  /** Videos [N, T, C, H, W] as one GIF, side by side. Frames of more than 256 colours are reduced to 256. */
  addVideo(...args: VideoCall): void {
    this.#add(videoEntry(args));
  }

  /** A sound [1, L], as a 16-bit WAV file. */
  addAudio(...args: AudioCall): void {
    this.#add(audioEntry(args));
  }

  /** A text, which TensorBoard shows as Markdown. */
  addText(...args: TextCall): void {
    this.#add(textEntry(args));
  }

  /**
   * The graph of a network in evaluation mode: operations with their shapes, grouped by the modules that call them.
   * Nothing is computed.
   *
   * @throws ArgumentError if the result is an object, unless `useStrictTrace` is false; and any error of the network
   */
  addGraph(...args: GraphCall): void {
    for (const entry of graphEntries(args)) this.#add(entry);
  }

  /**
   * Points [N, D] for TensorBoard's projector, with labels and pictures, as files in addition to the event files,
   * written together with the events.
   */
  addEmbedding(...args: EmbeddingCall): void {
    for (const { path, content } of this.#embeddings.add(args)) this.#queue.addFile(join(this.logDir, path), content);
  }

  /**
   * The precision-recall curve of a binary classifier. @throws ArgumentError, when events are written, for lists of
   * different lengths
   */
  addPrCurve(...args: PrCurveCall): void {
    this.#add(prCurveEntry(args));
  }

  /**
   * A precision-recall curve from existing counts, at thresholds from 0 to 1. @throws ArgumentError for lists of
   * different lengths
   */
  addPrCurveRaw(...args: PrCurveRawCall): void {
    this.#add(prCurveRawEntry(args));
  }

  /** One chart of several tags of `addScalar`. */
  addCustomScalarsMultilinechart(...args: ChartCall): void {
    this.#add(multilineEntry(args));
  }

  /** One chart of three tags of `addScalar`: a value, and the lower and the upper bound of the margin around it. */
  addCustomScalarsMarginchart(...args: ChartCall): void {
    this.#add(marginEntry(args));
  }

  /**
   * Charts of several tags of `addScalar`, by category and title. Call this once per log.
   *
   *     writer.addCustomScalars({ losses: { both: ['Multiline', ['loss/train', 'loss/val']] } });
   */
  addCustomScalars(...args: LayoutCall): void {
    this.#add(layoutEntry(args));
  }

  /** Vertices [B, N, 3] in 3D space, shown as points, or as triangles if `faces` are given. */
  addMesh(...args: MeshCall): void {
    this.#add(meshEntry(args));
  }

  /**
   * The hyperparameters and the results of a run, in a folder within `logDir`, so that TensorBoard can compare runs.
   */
  addHparams(...args: HparamCall): void {
    const { folder, entries } = hparamEntries(args);
    for (const entry of entries) this.#add(entry, join(this.logDir, folder));
  }

  /** Reads the waiting tensors, and writes all events. @throws the first error since the last flush */
  async flush(): Promise<void> {
    await this.#queue.flush();
  }

  /** Flushes, and closes the files; later events create new files. */
  async close(): Promise<void> {
    await this.#queue.flush();
    this.#queue.forget();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * In a page: all files of the log by path, to be downloaded. If there is a disk, the files are on it, and this
   * returns {}.
   */
  async files(): Promise<Record<string, Uint8Array>> {
    await this.#queue.flush();
    return hasFiles() ? {} : this.#queue.contents();
  }

  #add(entry: Entry, folder = this.logDir): void {
    this.#queue.add(folder, entry);
  }
}

/** `Nov23_06-20-15`: the default folder name of PyTorch, without the machine's name. */
function dated(date: Date): string {
  const month = date.toLocaleString('en-US', { month: 'short' });
  const two = (n: number) => String(n).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('-');
  return `${month}${two(date.getDate())}_${time}`;
}
