// What SummaryWriter writes beside scalars and pictures: the projector's files and the graphs of networks, as PyTorch does.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { SummaryWriter } from 'lamplight/tensorboard';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { graphField, ranField } from '../../src/doors/tensorboard/graph-def';
import { tracedGraph } from '../../src/doors/tensorboard/graph-trace';
import { decodePng } from '../../src/doors/vision/pictures/png';
import fixture from '../fixtures/tensorboard.json' with { type: 'json' };
import { allEventsIn } from '../support/event-files';

const F = nn.functional;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamplight-'));
});

afterAll(() => rm(folder, { recursive: true }));

test('points, labels and pictures are the files that PyTorch writes', async () => {
  const logDir = join(folder, 'points');
  const writer = new SummaryWriter(logDir);
  const pictures = torch.arange(24).reshape(3, 1, 2, 4).div(23);
  const metadata = ['a', 'b "c"', 3];
  writer.addEmbedding(torch.tensor(fixture.embedding.mat), metadata, pictures, { tag: 'one/50%"\\' });
  writer.addEmbedding(torch.tensor(fixture.embedding.whole), {
    metadata: [
      ['x', 1],
      ['y', 2.5],
      ['z', true],
    ],
    metadataHeader: ['name', 'size'],
    globalStep: 7,
  });
  await writer.close();
  const names = (await readdir(logDir, { recursive: true })).filter((name) => /\.(tsv|pbtxt|png)$/.test(name));
  const { texts, sprite } = fixture.embedding;
  expect(names.sort()).toEqual([...Object.keys(texts), ...Object.keys(sprite)].sort());
  for (const [name, text] of Object.entries(texts)) expect(await readFile(join(logDir, name), 'utf8')).toBe(text);
  for (const [name, pixels] of Object.entries(sprite)) {
    expect([...(await decodePng(await readFile(join(logDir, name)))).bytes]).toEqual(pixels);
  }
});

test('pictures of bytes keep their bytes, and those that are higher than wide lie in a square, too', async () => {
  const logDir = join(folder, 'bytes');
  const writer = new SummaryWriter(logDir);
  const pictures = torch.arange(24).reshape(4, 1, 3, 2).to(torch.uint8);
  writer.addEmbedding(torch.ones(4, 2), { labelImg: pictures, metadata: torch.tensor([3, 1, 2, 0]) });
  await writer.close();
  const { width, height, bytes } = await decodePng(await readFile(join(logDir, '00000/default/sprite.png')));
  expect([width, height]).toEqual([6, 6]);
  const rows = Array.from({ length: 6 }, (_, y) => Array.from({ length: 6 }, (_, x) => bytes[3 * (6 * y + x)]));
  expect(rows.slice(0, 2)).toEqual([
    [0, 1, 6, 7, 0, 0],
    [2, 3, 8, 9, 0, 0],
  ]);
  expect(await readFile(join(logDir, '00000/default/metadata.tsv'), 'utf8')).toBe('3\n1\n2\n0\n');
});

test('a file that cannot be written is told by the flush, loses no event, and is written by the next one', async () => {
  const logDir = join(folder, 'blocked');
  const writer = new SummaryWriter(logDir);
  await writer.flush();
  await writeFile(join(logDir, '00000'), '');
  writer.addEmbedding(torch.ones(1, 2));
  writer.addScalar('a', 1, 5);
  await expect(writer.flush()).rejects.toThrow(torch.FetchError);
  expect((await allEventsIn(logDir)).map(({ step }) => step)).toEqual([5]);
  await rm(join(logDir, '00000'));
  await writer.close();
  expect(await readFile(join(logDir, '00000/default/tensors.tsv'), 'utf8')).toBe('1.0\t1.0\n');
});

test('points that replace others of their tag and step are one set of points', async () => {
  const logDir = join(folder, 'again');
  const writer = new SummaryWriter(logDir);
  const said = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  writer.addEmbedding(torch.ones(1, 2));
  writer.addEmbedding(torch.zeros(1, 2));
  expect(said).toHaveBeenCalledWith(expect.stringMatching(/there are points under 'default' at step 00000 already/));
  said.mockRestore();
  await writer.close();
  expect((await readFile(join(logDir, 'projector_config.pbtxt'), 'utf8')).match(/tensor_name/g)).toHaveLength(1);
  expect(await readFile(join(logDir, '00000/default/tensors.tsv'), 'utf8')).toBe('0.0\t0.0\n');
});

test('points without labels for each of them are refused', () => {
  const writer = new SummaryWriter(join(folder, 'wrong'));
  const points = torch.ones(3, 2);
  const wrong: [() => unknown, RegExp][] = [
    [() => writer.addEmbedding(torch.ones(3)), /expected mat \[N, D\]/],
    [() => writer.addEmbedding(points, ['a']), /a label for each of 3 points, but got 1/],
    [() => writer.addEmbedding(points, [['a'], ['b'], ['c', 'd']]), /expected 1 label per point/],
    [() => writer.addEmbedding(points, { metadataHeader: ['a'] }), /expected metadata under metadataHeader/],
    [() => writer.addEmbedding(points, { labelImg: torch.ones(2, 3, 4, 4) }), /expected labelImg \[3, C, H, W\]/],
  ];
  for (const [run, message] of wrong) {
    expect(run).toThrow(torch.ArgumentError);
    expect(run).toThrow(message);
  }
});

class Net extends nn.Module {
  conv = new nn.Conv2d(1, 4, 3, { padding: 1 });
  bn = new nn.BatchNorm2d(4);
  pool = new nn.MaxPool2d(2);
  body = new nn.Sequential(new nn.Conv2d(4, 4, 3), new nn.ReLU(true));
  drop = new nn.Dropout(0.5);
  up = new nn.Upsample({ scaleFactor: 2, mode: 'bilinear' });
  first = new nn.RNN(64, 16, { nonlinearity: 'relu', batchFirst: true });
  rnn = new nn.LSTM(16, 6, { batchFirst: true });
  fc = new nn.Linear(6, 10);
  scale = new nn.Parameter(torch.ones(10));

  forward(x: Tensor): Tensor {
    const features = this.body(this.pool(F.relu(this.bn(this.conv(x)))));
    const [few] = this.first(this.drop(this.up(features).flatten(2)));
    const [steps] = this.rnn(F.interpolate(few.transpose(1, 2), 16).transpose(1, 2));
    return F.logSoftmax(this.fc(steps).mean(1).mul(this.scale), { dim: 1 });
  }
}

test('a graph has the scopes, kinds, shapes and edges of PyTorch', () => {
  const net = new Net().eval();
  const { nodes } = tracedGraph(net, [torch.zeros(2, 1, 12, 12)]);
  const scopeOf = (name: string) => name.slice(0, name.lastIndexOf('/'));
  const ours = nodes.map(({ name, kind, shape, inputs }) => ({
    scope: scopeOf(name),
    kind,
    // PyTorch knows no shapes of parameters.
    shape: kind === 'prim::GetAttr' ? null : shape,
    inputs: [...new Set(inputs.map(scopeOf))].sort(),
  }));
  const sorted = (list: readonly object[]) => list.map((node) => JSON.stringify(node)).sort();
  expect(sorted(ours)).toEqual(sorted(fixture.graph.nodes));
  expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length);
  const conv = nodes.find(({ name }) => name === 'Net/Conv2d[conv]/conv2d')!;
  expect(conv.attributes).toBe('{ module :  Conv2d(1, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1)) }');
});

test('a graph has the bytes of PyTorch', () => {
  const nodes = [
    { name: 'input/x', kind: 'IO Node', inputs: [], shape: [2, 0, 300], attributes: '' },
    {
      ...{ name: 'Net/add', kind: 'aten::add', inputs: ['input/x', 'input/x'], shape: [] },
      attributes: '{ name :  größe }',
    },
  ];
  const bytes = (list: readonly number[]) => Buffer.from(list).toString('base64');
  expect(bytes(graphField(nodes))).toBe(fixture.graph.bytes);
  expect(bytes(ranField())).toBe(fixture.graph.ran);
});

/** A cell of one's own, of a name that PyTorch has. */
class LSTM extends nn.Module {
  cell = new nn.LSTMCell(4, 4);
  forward(x: Tensor): Tensor {
    const [h] = this.cell(x);
    return F.interpolate({ input: h.unsqueeze(0), scaleFactor: 2, mode: 'linear' });
  }
}

test('modules of known names and calls by name are traced as what they are', () => {
  const { nodes } = tracedGraph(new LSTM().eval(), [torch.zeros(2, 4)]);
  const known = new Set(nodes.map(({ name }) => name));
  expect(nodes.flatMap(({ inputs }) => inputs).filter((name) => !known.has(name))).toEqual([]);
  expect(nodes.flatMap(({ name, kind }) => (kind.startsWith('aten') ? [[name, kind]] : []))).toEqual([
    ['LSTM/LSTMCell[cell]/lstm_cell', 'aten::lstm_cell'],
    ['LSTM/unsqueeze', 'aten::unsqueeze'],
    ['LSTM/interpolate', 'aten::upsample_linear1d'],
  ]);
});

class Block extends nn.Module {
  fc = new nn.Linear(4, 4);
  forward(x: Tensor): Tensor {
    return x.add(this.fc(x));
  }
}

class Twice extends nn.Module {
  blocks = new nn.ModuleList([new Block(), new Block()]);
  calls = 0;

  forward(x: Tensor, y: Tensor): { sum: Tensor; both: Tensor } {
    this.calls++;
    x.mul(2);
    const [first, second] = this.blocks as unknown as [Block, Block];
    const sum = second(first(x));
    return { sum, both: torch.cat([sum, y, torch.ones(1, 4)]) };
  }
}

test('a graph is of the call in evaluation, which changes nothing', async () => {
  const logDir = join(folder, 'graph');
  const writer = new SummaryWriter(logDir);
  const model = new Twice();
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const args = [torch.zeros(3, 4), torch.zeros(2, 4)];
  expect(() => writer.addGraph(model, args)).toThrow(/pass useStrictTrace: false/);
  writer.addGraph(model, args, { verbose: true, useStrictTrace: false });
  const [text] = said.mock.lastCall as [string];
  said.mockRestore();
  expect([model.training, model.blocks.training, model.calls]).toEqual([true, true, 0]);
  expect(text.split('\n').filter((line) => !line.includes('GetAttr'))).toEqual([
    '%input/input.1 [3, 4] = IO Node()',
    '%input/input.2 [2, 4] = IO Node()',
    '%Twice/ModuleList[blocks]/Block[0]/Linear[fc]/linear [3, 4] = aten::linear(%input/input.1, %Twice/ModuleList[blocks]/Block[0]/Linear[fc]/weight/weight, %Twice/ModuleList[blocks]/Block[0]/Linear[fc]/bias/bias)',
    '%Twice/ModuleList[blocks]/Block[0]/add [3, 4] = aten::add(%input/input.1, %Twice/ModuleList[blocks]/Block[0]/Linear[fc]/linear)',
    '%Twice/ModuleList[blocks]/Block[1]/Linear[fc]/linear [3, 4] = aten::linear(%Twice/ModuleList[blocks]/Block[0]/add, %Twice/ModuleList[blocks]/Block[1]/Linear[fc]/weight/weight, %Twice/ModuleList[blocks]/Block[1]/Linear[fc]/bias/bias)',
    '%Twice/ModuleList[blocks]/Block[1]/add [3, 4] = aten::add(%Twice/ModuleList[blocks]/Block[0]/add, %Twice/ModuleList[blocks]/Block[1]/Linear[fc]/linear)',
    '%Twice/constant [1, 4] = prim::Constant()',
    '%Twice/cat [6, 4] = aten::cat(%Twice/ModuleList[blocks]/Block[1]/add, %input/input.2, %Twice/constant)',
    '%output/output.1 [3, 4] = IO Node(%Twice/ModuleList[blocks]/Block[1]/add)',
    '%output/output.2 [6, 4] = IO Node(%Twice/cat)',
  ]);
  await writer.close();
  const [graph, ran, ...others] = await allEventsIn(logDir);
  expect(others).toEqual([]);
  expect(Buffer.from(graph!.content, 'base64')[0]).toBe((4 << 3) | 2);
  expect(ran!.content).toBe(fixture.graph.ran);
});
