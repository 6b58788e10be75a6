// A logger that writes event files, as TensorBoard reads them.
import { ArgumentError } from '../../errors';
import * as kinds from '../../tensor/argument-kinds';
import { kindOf, parseArgs } from '../../tensor/options';
import type { Hyperparameters } from '../checkpointing';
import { join, writeText } from '../files';
import { crc32c } from './crc32c';
import { flatHyperparameters, type Logger, nextVersion, RUNS, runKinds, versionFolder } from './logger';
import { yamlOf } from './yaml';

export interface TensorBoardLoggerOptions {
  /** The name of the experiment. Default: `lightning_logs`. */
  name?: string | null;
  /** Default: the first that is free. */
  version?: string | number | null;
  prefix?: string;
  subDir?: string | null;
}

/** Bytes that a record adds up to before they are written. */
const MOST_BYTES = 1 << 16;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

/** What stands before a field of a protocol buffer: its number, and how it is laid out. */
const key = (field: number, type: number): number[] => varint((field << 3) | type);

const bytesOf = (size: number, write: (view: DataView) => void): number[] => {
  const view = new DataView(new ArrayBuffer(size));
  write(view);
  return [...new Uint8Array(view.buffer)];
};

const nested = (field: number, bytes: readonly number[]): number[] => [
  ...key(field, 2),
  ...varint(bytes.length),
  ...bytes,
];

const text = (field: number, value: string): number[] => nested(field, [...new TextEncoder().encode(value)]);

const float = (field: number, value: number): number[] => [
  ...key(field, 5),
  ...bytesOf(4, (view) => view.setFloat32(0, value, true)),
];

const double = (field: number, value: number): number[] => [
  ...key(field, 1),
  ...bytesOf(8, (view) => view.setFloat64(0, value, true)),
];

/** An event of tensorflow/core/util/event.proto: its time, its step, and what it says. */
export const scalarEvent = (seconds: number, step: number, name: string, value: number): number[] => [
  ...double(1, seconds),
  ...key(2, 0),
  ...varint(step),
  ...nested(5, nested(1, [...text(1, name), ...float(2, value)])),
];

export const versionEvent = (seconds: number): number[] => [...double(1, seconds), ...text(3, 'brain.Event:2')];

const maskedCrc = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};

/** A record of a TFRecord file: its length, the checksum of that, its bytes, and theirs. */
export function tfRecord(event: readonly number[]): Uint8Array {
  const record = new Uint8Array(event.length + 16);
  const view = new DataView(record.buffer);
  view.setUint32(0, event.length, true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(event, 12);
  view.setUint32(12 + event.length, maskedCrc(record.subarray(12, 12 + event.length)), true);
  return record;
}

const now = (): number => Date.now() / 1000;

/** Writes what is logged to an event file in `saveDir/name/version_N`: `tensorboard --logdir lightning_logs` shows it. In a page nothing is written. */
export class TensorBoardLogger implements Logger {
  readonly name: string;
  readonly saveDir: string;
  readonly prefix: string;
  readonly #subDir: string;
  #version: string | number | null;
  #file: string | null = null;
  #pending: Uint8Array[] = [];
  #bytes = 0;
  #hparams: Hyperparameters = {};

  constructor(saveDir: string, ...args: [TensorBoardLoggerOptions?] | [string, TensorBoardLoggerOptions?]) {
    if (typeof saveDir !== 'string') {
      throw new ArgumentError(
        `TensorBoardLogger: expected saveDir to be the path of a folder, but got ${kindOf(saveDir)}`,
      );
    }
    const o = parseArgs<TensorBoardLoggerOptions>(
      'TensorBoardLogger',
      [],
      { name: RUNS, version: null, prefix: '', subDir: null },
      args,
      { ...runKinds, subDir: kinds.orNull(kinds.text) },
    );
    this.saveDir = saveDir;
    this.name = o.name ?? '';
    this.prefix = o.prefix;
    this.#subDir = o.subDir ?? '';
    this.#version = o.version;
  }

  get version(): string | number | null {
    return this.#version;
  }

  get logDir(): string | null {
    return this.#version === null
      ? null
      : join(versionFolder(join(this.saveDir, this.name), this.#version), this.#subDir);
  }

  async begin(): Promise<void> {
    this.#version ??= await nextVersion(join(this.saveDir, this.name));
    if (this.#file !== null) return;
    this.#file = join(this.logDir!, `events.out.tfevents.${Math.floor(now())}.lamplight.0`);
    this.#push(versionEvent(now()));
  }

  #push(event: readonly number[]): void {
    const record = tfRecord(event);
    this.#pending.push(record);
    this.#bytes += record.length;
  }

  async logMetrics(metrics: Readonly<Record<string, number>>, step: number): Promise<void> {
    await this.begin();
    for (const [name, value] of Object.entries(metrics)) {
      this.#push(scalarEvent(now(), Math.max(0, step), this.prefix ? `${this.prefix}-${name}` : name, value));
    }
    if (this.#bytes >= MOST_BYTES) await this.save();
  }

  logHyperparams(params: Readonly<Hyperparameters>): void {
    this.#hparams = { ...this.#hparams, ...params };
  }

  async save(): Promise<void> {
    if (this.#file === null || this.#pending.length === 0) return;
    const all = new Uint8Array(this.#bytes);
    let at = 0;
    for (const record of this.#pending) {
      all.set(record, at);
      at += record.length;
    }
    this.#pending = [];
    this.#bytes = 0;
    await writeText(this.#file, all, true);
  }

  async finalize(): Promise<void> {
    await this.save();
    await writeText(join(this.logDir!, 'hparams.yaml'), yamlOf(flatHyperparameters(this.#hparams)));
  }
}
