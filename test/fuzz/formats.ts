// The formats that are fuzzed: sound files to begin with, and what reads them. A reader joins by a line in the table, with a second,
// plain reading as its `check`; `npm run check -- fuzz --self-test` shows that faults are found.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as torch from 'lamplight';
import { vision } from 'lamplight';
import type { OnnxInput } from '../../src/doors/onnx/load/inputs';
import { load as loadOnnx } from '../../src/doors/onnx/load/load';
import { membersOf } from '../../src/doors/vision/datasets/archive';
import { parseIdxImages, parseIdxLabels } from '../../src/doors/vision/datasets/idx';
import { decodePng } from '../../src/doors/vision/pictures/png';
import { discardPending } from '../../src/engine/graph/flush';
import { writeSafetensors } from '../../src/torch/io/safetensors/safetensors';
import { sampleModels } from '../support/onnx-models';
import {
  type Check,
  checkCifar,
  checkCsv,
  checkDrawings,
  checkIdx,
  checkLegacy,
  checkNpy,
  checkNpz,
  checkObjects,
  checkPng,
  checkPtZip,
  checkSafetensors,
  checkTar,
} from './checks';
import { insideGzipped, insidePng, insideTar, insideZip, type Layer } from './layers';
import { insideOnnx } from './onnx-layer';

export interface Format {
  /** Sound files, small ones. */
  readonly seeds: () => readonly Uint8Array[];
  /** Gives a right value or throws one of the errors of src/engine/core/errors.ts. */
  readonly read: (bytes: Uint8Array) => Promise<unknown>;
  /** Where damage is done besides to the bytes of the file. */
  readonly inside?: Layer;
  /** Throws where what was read is not what the bytes say, as far as a second, plain reading of them tells. */
  readonly check?: Check;
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

/** All at once; and one by one where the file is not compressed as a whole. */
async function loadBothWays(bytes: Uint8Array): Promise<unknown> {
  if (bytes[0] !== 0x1f) {
    const opened = await torch.safetensors.safeOpen(bytes);
    for (const name of opened.keys()) await opened.getTensor(name);
  }
  return load(bytes);
}

async function readMembers(bytes: Uint8Array): Promise<unknown> {
  const members: { name: string; bytes: Uint8Array }[] = [];
  for await (const member of membersOf(bytes, 'archive')) {
    members.push({ name: member.name, bytes: await member.bytes() });
  }
  return members;
}

/** A folder with an index, which is damaged, and the two files that it joins. */
function shards(): { read: (index: Uint8Array) => Promise<unknown>; index: Uint8Array } {
  let folder = '';
  const one = (name: string) =>
    Buffer.concat([...writeSafetensors([[name, { dtype: 'float32', shape: [2], data: [1, 2] }]])]);
  const read = (index: Uint8Array): Promise<unknown> => {
    if (folder === '') {
      folder = mkdtempSync(join(tmpdir(), 'fuzz-shards-'));
      for (const name of ['a', 'b']) writeFileSync(join(folder, `${name}.safetensors`), one(name));
    }
    const path = join(folder, 'model.safetensors.index.json');
    writeFileSync(path, index);
    return torch.load<unknown>(path);
  };
  const places = { metadata: { total_size: 16 }, weight_map: { a: 'a.safetensors', b: 'b.safetensors' } };
  return { read, index: text(JSON.stringify(places)) };
}

const index = shards();

/** Batches of CIFAR of some few pictures. */
const cifarBinary = (): Uint8Array => Uint8Array.from({ length: 2 * 3073 }, (_, i) => (i % 3073 === 0 ? 7 : i % 256));
const cifarPickles = (): Uint8Array[] => [
  ...files('datasets', 'python3-protocol2.gz', 'python3-protocol4.gz', 'python3-protocol5.gz').map((each) =>
    Uint8Array.from(gunzipSync(each)),
  ),
  // Compressed by itself.
  ...files('datasets', 'python3-protocol2.gz'),
];

/** The most elements of an input that a damaged model is called with. */
const MOST_GIVEN = 10_000;

/** A model, called once where its inputs are small. Nothing of it is computed: there may be no device. */
async function loadAndCall(bytes: Uint8Array): Promise<unknown> {
  discardPending();
  const model = await loadOnnx(bytes);
  const shapes = model.inputs.map(
    ({ shape }: OnnxInput) => shape?.map((size) => (typeof size === 'number' ? size : 2)) ?? [2],
  );
  const elements = shapes.map((shape) => shape.reduce((product, size) => product * size, 1));
  if (elements.every((count) => count <= MOST_GIVEN)) {
    torch.scope(() => {
      const given = model.inputs.map(({ dtype }, i) => torch.zeros(shapes[i]!, { dtype: dtype ?? 'float32' }));
      model(...(given as [torch.Tensor, ...torch.Tensor[]]));
    });
  }
  return model;
}

export const formats: Readonly<Record<string, Format>> = {
  'pt zip': {
    seeds: () =>
      files('pytorch', 'adam.pt', 'schedulers.pt', 'types.pt', 'values.pt', 'views.pt', 'big.pt', 'no-check-sums.pt'),
    read: load,
    inside: insideZip,
    check: checkPtZip,
  },
  'pt objects': {
    seeds: () => files('pytorch', 'foreign-2.pt', 'foreign-5.pt', 'whole-net.pt'),
    read: (bytes) => torch.load(bytes, { weightsOnly: false }),
    inside: insideZip,
    check: checkObjects,
  },
  'pt legacy': {
    seeds: () =>
      files('pytorch', 'legacy.pt', 'legacy-big.pt', 'legacy-turned.pt', 'foreign-legacy.pt', 'whole-net-legacy.pt'),
    read: load,
    check: checkLegacy,
  },
  npy: {
    seeds: () => [...arrays().cases.map(({ base64 }) => base64), ...Object.values(arrays().refused)].map(decoded),
    read: load,
    check: checkNpy,
  },
  npz: {
    seeds: () => files('arrays', 'stored.npz', 'compressed.npz', 'empty.npz'),
    read: load,
    inside: insideZip,
    check: checkNpz,
  },
  safetensors: { seeds: safetensors, read: loadBothWays, inside: insideGzipped, check: checkSafetensors },
  'safetensors index': { seeds: () => [index.index], read: index.read },
  idx: {
    seeds: () => [idx([3, 4, 5]), idx([12])],
    read: async (bytes) => (bytes[3] === 3 ? parseIdxImages(bytes) : parseIdxLabels(bytes)),
    check: checkIdx,
  },
  png: {
    seeds: () => files('datasets/folder/dog', '1.png', '2.png', 'gray.png'),
    read: (bytes) => decodePng(bytes),
    inside: insidePng,
    check: checkPng,
  },
  csv: {
    seeds: () => [
      text('a,b,c\n1,2.5,x\n3,,"y, ""z"""\n-4,1e3,true\n'),
      text('a;b\r\n1;"x\r\ny"\r\n2;\r\n'),
      Uint8Array.from(gzipSync('id\tname\n1\tone\n2\ttwo\n')),
    ],
    read: async (bytes) => (await torch.data.readCsv(bytes)).dataset(),
    inside: insideGzipped,
    check: checkCsv,
  },
  'tar.gz': {
    seeds: () => files('datasets', 'cifar-100-binary.tar.gz', 'cifar-100-python.tar.gz'),
    read: readMembers,
    inside: insideTar,
    check: checkTar,
  },
  'cifar pickle': {
    seeds: cifarPickles,
    read: (bytes) => vision.datasets.CIFAR10(bytes),
    inside: insideGzipped,
    check: checkCifar,
  },
  'cifar binary': { seeds: () => [cifarBinary()], read: (bytes) => vision.datasets.CIFAR10(bytes), check: checkCifar },
  onnx: {
    seeds: () => [...sampleModels(), ...files('onnx', 'gru-dynamo.onnx')],
    read: loadAndCall,
    inside: insideOnnx,
  },
  ndjson: {
    seeds: () => [
      ...files('datasets', 'full_simplified_guitar.ndjson', 'full_simplified_violin.ndjson'),
      text('{"drawing":[[[0,700],[3,20],[0,16]],[[5],[5],[9]]]}\n'),
    ],
    read: (bytes) => vision.datasets.QuickDraw({ 'x.ndjson': bytes }, ['x']),
    check: checkDrawings,
  },
};
