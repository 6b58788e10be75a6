// The small data sets of test/fixtures/datasets, and what torchvision read of them.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readTar } from '../../src/doors/vision/datasets/tar';
import { loadFixture } from './fixtures';

/** What torchvision says of a data set. */
export interface DatasetFacts {
  readonly name: string;
  readonly length: number;
  readonly shape: readonly number[];
  readonly classes: readonly string[];
  readonly targets: readonly number[];
  /** Of each picture the sum of its bytes, and the sum of each byte times its place mod 251. */
  readonly sums: readonly number[];
  readonly weighted: readonly number[];
  readonly text: string;
}

export const fixturePath = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/datasets/${name}`, import.meta.url));

/** What torchvision says of the data sets, by name. */
export async function datasetFacts<Case extends { name: string } = DatasetFacts>(name: string): Promise<Case> {
  const { cases } = await loadFixture<Case>('datasets');
  return cases.find((each) => each.name === name)!;
}

/** The bytes of a fixture. */
export const fixtureBytes = async (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(fixturePath(name)));

/** The files of an archive by name. */
export async function unpack(name: string): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const stream = new Blob([await fixtureBytes(name)]).stream().pipeThrough(new DecompressionStream('gzip'));
  const files: Record<string, Uint8Array<ArrayBuffer>> = {};
  for await (const member of readTar(stream, { name })) files[member.name] = new Uint8Array(await member.bytes());
  return files;
}

/** The sums that `DatasetFacts` tell, of pictures of one size. */
export function sumsOf(pixels: ArrayLike<number>, count: number): Pick<DatasetFacts, 'sums' | 'weighted'> {
  const size = pixels.length / count;
  const sums = new Array<number>(count).fill(0);
  const weighted = new Array<number>(count).fill(0);
  for (let i = 0; i < pixels.length; i++) {
    const picture = Math.floor(i / size);
    sums[picture]! += pixels[i]!;
    weighted[picture]! += pixels[i]! * ((i % size) % 251);
  }
  return { sums, weighted };
}
