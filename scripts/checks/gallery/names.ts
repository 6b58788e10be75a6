// The names that cells know, as a program of the gallery has them in Node: panels stay as they were given, and reports tell how far it is.
import { readFileSync } from 'node:fs';
import type * as Declared from 'lamplight-notebook/builtins';
import { mnistFiles } from 'lamplight-notebook/worker/mnist';
import { isTensor } from 'lamplight-notebook/worker/texts';
import { Progress, progressOf } from './progress.mjs';

/** What the process was asked for. */
export interface NodeJob {
  /** The address of the site's home. */
  readonly site: string;
  /** What the page's panels are set to. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Files that the page gave it, by their names, as base64. */
  readonly files: Readonly<Record<string, string>>;
  /** How long the program runs from its first report on. */
  readonly milliseconds: number;
}

const job = JSON.parse(readFileSync(process.env.LAMPLIGHT_GALLERY ?? '', 'utf8')) as NodeJob;
const progress = new Progress();

/** Tells the command how far the program came, and ends it. */
export function end(): never {
  process.stdout.write(`\n${JSON.stringify({ perSecond: progress.perSecond })}\n`);
  process.exit();
}

export const site: typeof Declared.site = (path) => new URL(path, job.site).href;
export const mnist: typeof Declared.mnist = (options) => mnistFiles(site('data/mnist/'), options);
export const sleep: typeof Declared.sleep = (milliseconds) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
export const files: typeof Declared.files = () => Object.keys(job.files);
export const file: typeof Declared.file = async (name) => {
  const base64 = job.files[name];
  if (base64 === undefined) throw new Error(`no file ${name} is given here`);
  return new File([Buffer.from(base64, 'base64')], name);
};

export const download: typeof Declared.download = () => {};

export function controls<T extends object>(defaults: T): Declared.Controls<T> {
  const now = { ...defaults, ...job.given };
  return {
    now,
    async *[Symbol.asyncIterator]() {
      yield now;
    },
  };
}

/** Reads tensors, as a page's panels do. */
export async function report(values: Readonly<Record<string, unknown>>): Promise<void> {
  await Promise.all(Object.values(values).map((value) => isTensor(value) && value.data()));
  progress.heard(progressOf(values), performance.now());
  if (progress.milliseconds > job.milliseconds) end();
}
