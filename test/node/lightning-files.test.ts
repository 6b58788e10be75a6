// What the names and files of a run hold: checkpoints' names as Python formats them, hyperparameters as PyYAML writes them.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'lamplight';
import { CSVLogger, ModelCheckpoint, TensorBoardLogger } from 'lamplight/lightning';
import { expect, test } from 'vitest';

test.each([
  ['{val_acc:.2f}', 'val_acc=0.12'],
  ['{val_loss:.1f}', 'val_loss=2.2'],
  ['{step:.0f}', 'step=12'],
  ['{rate}', 'rate=5e-05'],
  ['{rate:.2g}', 'rate=5e-05'],
  ['{big}', 'big=1e+22'],
  ['{change:06.2f}', 'change=-01.50'],
  ['{change:+.1f}{val_acc:+.1f}', 'change=-1.5val_acc=+0.1'],
  ['{val_loss:.3}', 'val_loss=2.25'],
  ['{precise:.3}', 'precise=12.3'],
  ['{val_acc:.1%}', 'val_acc=12.5%'],
  ['{epoch:>3}', 'epoch=  7'],
  ['{big:.1e}-{missing:.2f}', 'big=1.0e+22-missing=0.00'],
  ['', 'epoch=7-step=12'],
])('checkpoints are named as Python formats numbers: %s', (filename, expected) => {
  const values = { val_acc: 0.125, val_loss: 2.25, rate: 5e-5, big: 1e22, change: -1.5, precise: 12.3456 };
  const metrics = { epoch: 7, step: 12, ...values };
  expect(new ModelCheckpoint({ filename }).formatCheckpointName(metrics)).toBe(`${expected}.ckpt`);
  expect(() => new ModelCheckpoint({ filename: '{epoch:round}' }).formatCheckpointName(metrics)).toThrow(
    'expected fields of filename with a number format such as {val_loss:.2f}, but got {epoch:round}',
  );
});

/** What Python's `yaml.dump` gives. */
const dumped = `big: 1.0e+22
conf:
  a:
  - 1.5
  - null
  - k: v
    l: []
  - - 1
    - - 2
  z: 1
dash: '- x'
empty: {}
epochs: 3
eq: '='
flag: true
inf: .inf
layers:
- 64
- 32
lr: 1.0e-05
merge: '<<'
name: 'a: b'
nan: .nan
neg: -0.25
'no': 'no'
none: null
nothing: []
q: '? x'
rate: 0.5
small: 1.5e-07
tilde: '~'
version: '1.0'
word: plain
`;

const hyperparameters = {
  lr: 1e-5,
  rate: 0.5,
  epochs: 3,
  big: 1e22,
  small: 1.5e-7,
  layers: [64, 32],
  none: null,
  flag: true,
  name: 'a: b',
  version: '1.0',
  word: 'plain',
  empty: {},
  nothing: [],
  conf: { z: 1, a: [1.5, null, { k: 'v', l: [] }, [1, [2]]] },
  inf: Infinity,
  nan: Number.NaN,
  dash: '- x',
  eq: '=',
  q: '? x',
  merge: '<<',
  tilde: '~',
  no: 'no',
  neg: -0.25,
};

test.each([
  ['CSVLogger', (folder: string, name: string) => new CSVLogger(folder, { name, version: 0 })],
  ['TensorBoardLogger', (folder: string, name: string) => new TensorBoardLogger(folder, { name, version: 0 })],
] as const)('hparams.yaml is what PyYAML writes: %s', async (_, make) => {
  const folder = await mkdtemp(join(tmpdir(), 'lightning-'));
  const written = async (params: Record<string, unknown>, name: string) => {
    const logger = make(folder, name);
    await logger.begin();
    logger.logHyperparams(params);
    await logger.finalize();
    return readFile(join(folder, name, 'version_0/hparams.yaml'), 'utf8');
  };
  expect(await written(hyperparameters, 'plain')).toBe(dumped);
  expect(await written({}, 'none')).toBe('{}\n');
  // What is no plain value is named, and an object within itself ends.
  const twice = (x: number) => 2 * x;
  const own: Record<string, unknown> = { act: twice, net: torch.nn.Linear, mean: torch.zeros(2), of: new Map() };
  own.self = { own };
  const plain = ['act: twice', "mean: 'Tensor [2]'", 'net: Linear', 'of: Map'];
  const inner = [...plain, 'self: Object'].map((line) => `    ${line}`);
  expect(await written(own, 'own')).toBe([...plain, 'self:', '  own:', ...inner, ''].join('\n'));
  await rm(folder, { recursive: true });
});
