// The formats that are fuzzed: sound files to begin with, and what reads them. A reader joins by a line in the table.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import * as torch from 'lamplight';
import { writeSafetensors } from '../../src/io/safetensors';
import { membersOf } from '../../src/vision/datasets/archive';
import { parseIdxImages, parseIdxLabels } from '../../src/vision/datasets/idx';
import { decodePng } from '../../src/vision/png';
import { insidePng, insideTar, insideZip, type Layer } from './layers';

export interface Format {
  /** Sound files, small ones. */
  readonly seeds: () => readonly Uint8Array[];
  /** Gives a right value or throws one of the errors of src/errors.ts. */
  readonly read: (bytes: Uint8Array) => Promise<unknown>;
  /** Where damage is done besides to the bytes of the file. */
  readonly inside?: Layer;
}

const file = (path: string): Uint8Array => Uint8Array.from(readFileSync(`test/fixtures/${path}`));
const files = (folder: string, ...names: string[]): Uint8Array[] => names.map((name) => file(`${folder}/${name}`));
const text = (contents: string): Uint8Array => new TextEncoder().encode(contents);

interface Arrays {
  readonly cases: readonly { readonly base64: string }[];
  readonly refused: Readonly<Record<string, string>>;
  readonly float8: { readonly base64: string };
}

const arrays = (): Arrays => JSON.parse(readFileSync('test/fixtures/arrays.json', 'utf8')) as Arrays;
const decoded = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

function safetensors(): Uint8Array[] {
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  const tensors = (['float32', 'int64', 'uint8', 'int32'] as const).map(
    (dtype) => [`layer.${dtype}`, { dtype, shape: [2, 3], data }] as const,
  );
  const mask = ['mask', { dtype: 'bool', shape: [6], data: [0, 1, 0, 1, 1, 0] }] as const;
  const sound = Buffer.concat([...writeSafetensors([...tensors, mask], { format: 'pt', epoch: '3' })]);
  return [
    Uint8Array.from(sound),
    decoded(arrays().float8.base64),
    Uint8Array.from(gzipSync(sound)),
    text('{"weight_map": {"a": "x.safetensors"}}'),
  ];
}

function idx(sizes: readonly number[]): Uint8Array {
  const count = sizes.reduce((product, size) => product * size, 1);
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  header.setUint32(0, 0x0800 + sizes.length);
  sizes.forEach((size, d) => {
    header.setUint32(4 + 4 * d, size);
  });
  return Uint8Array.from([...new Uint8Array(header.buffer), ...Array.from({ length: count }, (_, i) => i % 10)]);
}

const load = (bytes: Uint8Array): Promise<unknown> => torch.load<unknown>(bytes);

async function loadInParts(bytes: Uint8Array): Promise<void> {
  const opened = await torch.safetensors.safeOpen(bytes);
  for (const name of opened.keys()) await opened.getTensor(name);
  await load(bytes);
}

async function readMembers(bytes: Uint8Array): Promise<void> {
  for await (const member of membersOf(bytes, 'archive')) await member.bytes();
}

export const formats: Readonly<Record<string, Format>> = {
  'pt zip': {
    seeds: () =>
      files('pytorch', 'adam.pt', 'schedulers.pt', 'types.pt', 'values.pt', 'views.pt', 'big.pt', 'no-check-sums.pt'),
    read: load,
    inside: insideZip,
  },
  'pt legacy': { seeds: () => files('pytorch', 'legacy.pt', 'legacy-big.pt', 'legacy-turned.pt'), read: load },
  npy: {
    seeds: () => [...arrays().cases.map(({ base64 }) => base64), ...Object.values(arrays().refused)].map(decoded),
    read: load,
  },
  npz: { seeds: () => files('arrays', 'stored.npz', 'compressed.npz', 'empty.npz'), read: load, inside: insideZip },
  safetensors: { seeds: safetensors, read: loadInParts },
  idx: {
    seeds: () => [idx([3, 4, 5]), idx([12])],
    read: async (bytes) => (bytes[3] === 3 ? parseIdxImages(bytes) : parseIdxLabels(bytes)),
  },
  png: {
    seeds: () => files('datasets/folder/dog', '1.png', '2.png', 'gray.png'),
    read: (bytes) => decodePng(bytes),
    inside: insidePng,
  },
  csv: {
    seeds: () => [
      text('a,b,c\n1,2.5,x\n3,,"y, ""z"""\n-4,1e3,true\n'),
      text('a;b\r\n1;"x\r\ny"\r\n2;\r\n'),
      Uint8Array.from(gzipSync('id\tname\n1\tone\n2\ttwo\n')),
    ],
    read: async (bytes) => (await torch.data.readCsv(bytes)).dataset(),
  },
  'tar.gz': {
    seeds: () => files('datasets', 'cifar-100-binary.tar.gz', 'cifar-100-python.tar.gz'),
    read: readMembers,
    inside: insideTar,
  },
};
