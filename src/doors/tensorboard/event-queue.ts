// The queue of events and additional files, to be written in the order in which they were added.

import { kinds } from '../../torch/inside';
import { EventFile, eventOf, FileBeside } from './event-file';
import { hasFiles } from './local-files';
import { type Bytes, message } from './protobuf';

/** The step and the time of an event, for TensorBoard's axes. */
export interface When {
  /** The step. Default: none, which TensorBoard shows as step 0. */
  globalStep?: number | null;
  /** Seconds since 1970. Default: now. */
  walltime?: number | null;
}
export const whenKinds = { globalStep: kinds.orNull(kinds.whole(0)), walltime: kinds.orNull(kinds.between(0)) };
export const noWhen = { globalStep: null, walltime: null };

/** An event before it is written. */
export interface Entry {
  readonly when: When;
  /** Reads the tensors that the event needs, and makes the field with its content. */
  readonly making: () => Promise<Bytes>;
}

/** The entry of an event whose summary `making` produces. */
export const summaryEntry = (when: When, making: () => Promise<Bytes>): Entry => ({
  when,
  making: async () => message(5, await making()),
});

/** Reads the tensors that an additional file needs, and makes the file's content. */
export type Content = () => Promise<Uint8Array>;

interface QueueOptions {
  readonly maxQueue: number;
  readonly flushSecs: number;
  readonly filenameSuffix: string;
}

/** Bytes to be made, and their destination. */
interface Waiting {
  readonly made: () => Promise<Bytes | Uint8Array>;
  take(made: Bytes | Uint8Array): void;
}

export const now = (): number => Date.now() / 1000;

export class EventQueue {
  readonly #o: QueueOptions;
  #files = new Map<string, EventFile>();
  #beside = new Map<string, FileBeside>();
  #queue: Waiting[] = [];
  #lastFlush = now();
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown = null;

  constructor(options: QueueOptions) {
    this.#o = options;
  }

  /** The event file of a folder; creates one if there is none. */
  fileIn(folder: string): EventFile {
    const known = this.#files.get(folder);
    if (known) return known;
    const file = new EventFile(folder, now(), this.#o.filenameSuffix, hasFiles());
    this.#files.set(folder, file);
    return file;
  }

  add(folder: string, { when, making }: Entry): void {
    const file = this.fileIn(folder);
    const seconds = when.walltime ?? now();
    const step = when.globalStep ?? null;
    this.#wait({ made: making, take: (content) => file.add(eventOf(seconds, step, content as Bytes)) });
  }

  addFile(path: string, content: Content): void {
    const file = this.#beside.get(path) ?? new FileBeside(path);
    this.#beside.set(path, file);
    this.#wait({ made: content, take: (bytes) => file.set(bytes as Uint8Array) });
  }

  /** Reads the waiting tensors, and writes all events. @throws the first error since the last flush */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
    const failure = this.#failure;
    this.#failure = null;
    if (failure) throw failure;
  }

  /** If there is a disk, forgets the files, so that later events begin new ones. */
  forget(): void {
    if (!hasFiles()) return;
    this.#files.clear();
    this.#beside.clear();
  }

  /** All files by their paths. */
  contents(): Record<string, Uint8Array> {
    const all = [...this.#files.values(), ...this.#beside.values()];
    return Object.fromEntries(all.flatMap(({ path, bytes }) => (bytes === null ? [] : [[path, bytes]])));
  }

  #wait(waiting: Waiting): void {
    this.#queue.push(waiting);
    const isDue = now() - this.#lastFlush >= this.#o.flushSecs;
    if (this.#queue.length > this.#o.maxQueue || isDue) this.#write();
  }

  /**
   * Starts writing the waiting events, after those that are already being written. If this fails, the next flush throws
   * the error.
   */
  #write(): void {
    const queue = this.#queue;
    const files = [...this.#files.values(), ...this.#beside.values()];
    this.#queue = [];
    this.#lastFlush = now();
    // Start all reads together, so that they share one submit.
    const made = queue.map((waiting) => waiting.made());
    for (const each of made) each.catch(() => undefined);
    this.#writing = this.#writing.then(async () => {
      for (const [i, waiting] of queue.entries()) {
        try {
          waiting.take(await made[i]!);
        } catch (error) {
          this.#failure ??= error;
        }
      }
      for (const file of files) await file.write().catch((error: unknown) => (this.#failure ??= error));
    });
  }
}
