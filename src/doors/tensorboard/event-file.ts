// The files of a log: event files, to which records are appended, and additional files, which are written as a whole.

import { crc32c } from './crc32c';
import { join, writeText } from './local-files';
import { type Bytes, double, message, text, whole } from './protobuf';

/** An event as in tensorflow/core/util/event.proto: its time in seconds, its step, and the field with its content. */
export const eventOf = (seconds: number, step: number | null, content: Bytes): number[] => [
  ...double(1, seconds),
  ...(step === null ? [] : whole(2, step)),
  ...content,
];

export const versionEvent = (seconds: number): number[] => [...double(1, seconds), ...text(3, 'brain.Event:2')];

/**
 * Two events that tell TensorBoard to discard events from this step on, because their run crashed: a version, and the
 * start of a session at that step.
 */
export const purgeEvents = (seconds: number, step: number): number[][] => [
  [...double(1, seconds), ...whole(2, step), ...text(3, 'brain.Event:2')],
  [...double(1, seconds), ...whole(2, step), ...message(7, whole(1, 1))],
];

const maskedCrc = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};

/** A record of a TFRecord file: its length, the length's checksum, its bytes, and their checksum. */
export function tfRecord(event: Bytes): Uint8Array {
  const record = new Uint8Array(event.length + 16);
  const view = new DataView(record.buffer);
  view.setUint32(0, event.length, true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(event, 12);
  view.setUint32(12 + event.length, maskedCrc(record.subarray(12, 12 + event.length)), true);
  return record;
}

let files = 0;

export class EventFile {
  readonly path: string;
  #pending: Uint8Array[] = [];

  /** `seconds` is the time at which the file begins. */
  constructor(
    folder: string,
    seconds: number,
    suffix: string,
    private readonly onDisk: boolean,
  ) {
    this.path = join(folder, `events.out.tfevents.${Math.floor(seconds)}.lamplight.${files++}${suffix}`);
    this.add(versionEvent(seconds));
  }

  add(event: Bytes): void {
    this.#pending.push(tfRecord(event));
  }

  /** All records that are not yet on disk; in a page, all records. */
  get bytes(): Uint8Array {
    const all = new Uint8Array(this.#pending.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const record of this.#pending) {
      all.set(record, at);
      at += record.length;
    }
    return all;
  }

  /** Writes the records that are not yet on disk. If writing fails, they are kept for the next attempt. */
  async write(): Promise<void> {
    if (!this.onDisk || this.#pending.length === 0) return;
    const count = this.#pending.length;
    await writeText(this.path, this.bytes, true);
    this.#pending.splice(0, count);
  }
}

/** A file in addition to the event files, written as a whole whenever its content changes. */
export class FileBeside {
  /** Null until the file has content. */
  bytes: Uint8Array | null = null;
  #isWritten = false;

  constructor(readonly path: string) {}

  set(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.#isWritten = false;
  }

  /** Writes the content if it is not yet on disk. If writing fails, the next call tries again. */
  async write(): Promise<void> {
    if (this.#isWritten || this.bytes === null) return;
    await writeText(this.path, this.bytes);
    this.#isWritten = true;
  }
}
