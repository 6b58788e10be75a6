// The Python that networks are written as. `npm run check -- pytorch-check` has PyTorch run it.
import * as torch from 'lamplight';
import { nn, optim, vision } from 'lamplight';
import * as F from 'lamplight/functional';
import { toPython } from 'lamplight/pytorch';
import { afterAll, describe, expect, test } from 'vitest';
import { discardPending } from '../../src/engine/graph/flush';

afterAll(discardPending);

class Digits extends nn.Module {
  conv = new nn.Conv2d(1, 6, 5, { padding: 2 });
  drop = new nn.Dropout(0.3);
  fc = new nn.Linear(1176, 10);

  override forward(x: torch.Tensor): torch.Tensor {
    const low = F.maxPool2d(F.relu(this.conv(x)), 2);
    const flat = F.dropout(low.view(x.size(0), -1), { p: 0.2, training: this.training });
    return this.fc(this.drop(flat));
  }
}

/** The lines of a class, without its first. */
const classOf = (text: string, name: string): string[] =>
  text
    .split('\n\n\n')
    .find((part) => part.startsWith(`class ${name}(`))!
    .split('\n')
    .slice(1);

const forwardOf = (text: string, name: string): string[] => {
  const lines = classOf(text, name);
  const at = lines.findIndex((line) => line.startsWith('    def forward('));
  return lines.slice(at).map((line) => line.slice(at < 0 ? 0 : 4));
};

test('a network is a class with its modules and the operations of its call; sizes of inputs and the mode stay open', () => {
  const text = toPython(new Digits(), torch.rand(2, 1, 28, 28));
  expect(classOf(text, 'Digits')).toEqual([
    '    def __init__(self):',
    '        super().__init__()',
    '        self.conv = nn.Conv2d(1, 6, kernel_size=5, padding=2)',
    '        self.drop = nn.Dropout(p=0.3)',
    '        self.fc = nn.Linear(1176, 10)',
    '',
    '    def forward(self, x):',
    '        n = x.shape[0]',
    '        x = self.conv(x)',
    '        x = F.relu(x)',
    '        x = F.max_pool2d(x, 2)',
    '        x = x.view(n, -1)',
    '        x = F.dropout(x, p=0.2, training=self.training)',
    '        x = self.drop(x)',
    '        x = self.fc(x)',
    '        return x',
  ]);
  expect(text).toContain('def load(path):');
  expect(text).toContain('import torch.nn.functional as F');
});

test('modules that differ in numbers alone share a class, whose parameters have names of layers', () => {
  const text = toPython(vision.models.resnet18(), torch.rand(1, 3, 64, 64));
  expect(classOf(text, 'BasicBlock')[0]).toMatch(
    /^ {4}def __init__\(self, \w+channels\w*\):$|^ {4}def __init__\(self, in_channels\):$/,
  );
  expect(classOf(text, 'BasicBlock2')[0]).toBe('    def __init__(self, in_channels, out_channels):');
  expect(text).toContain('self.layer4 = nn.Sequential(\n');
  expect(text).toContain('BasicBlock2(in_channels=256, out_channels=512)');
  expect(forwardOf(text, 'BasicBlock2')).toContain('    x = self.downsample(x)');
});

test('what training computes apart from evaluation is written for both', () => {
  class Noisy extends nn.Module {
    fc = new nn.Linear(2, 2);
    override forward(x: torch.Tensor): torch.Tensor {
      return this.training ? this.fc(x.add(torch.randnLike(x))) : this.fc(x);
    }
  }
  expect(forwardOf(toPython(new Noisy(), torch.rand(3, 2)), 'Noisy')).toEqual([
    'def forward(self, x):',
    '    if self.training:',
    '        out = torch.randn_like(x)',
    '        x = x + out',
    '        x = self.fc(x)',
    '        return x',
    '    x = self.fc(x)',
    '    return x',
  ]);
});

test('shared and frozen weights, buffers, lists, several results and constants keep their meaning', () => {
  class Net extends nn.Module {
    embed = new nn.Embedding(9, 4);
    lstm = new nn.LSTM(4, 4, { batchFirst: true });
    blocks = new nn.ModuleList([0, 1, 2].map(() => new nn.Linear(4, 4)));
    heads = new nn.ModuleDict({ one: new nn.Linear(4, 9), 'two-b': new nn.Linear(4, 2) });
    mask!: torch.Tensor;
    constructor() {
      super();
      (this.heads.get('one') as nn.Linear).weight = this.embed.weight;
      this.registerBuffer('mask', torch.ones(4));
      this.registerBuffer('scale', torch.tensor([1, 2, 3, 4.5]), { persistent: false });
      this.embed.weight.requiresGrad = false;
    }
    override forward(tokens: torch.Tensor): Record<string, torch.Tensor> {
      const places = torch.arange(tokens.size(1)).float();
      let [x, [h]] = this.lstm(this.embed(tokens));
      for (const block of this.blocks)
        x = (block as nn.Linear)(x.mul(this.mask)).mul((this as unknown as { scale: torch.Tensor }).scale);
      x = x
        .add(places.view(1, -1, 1))
        .at(':', '1:', '::2')
        .neg();
      const [a, b] = x.chunk(2, { dim: -1 });
      return {
        one: (this.heads.get('one') as nn.Linear)(h!.at(-1)),
        two: torch.cat([a!, b!], 2).sum({ dim: [1, 2], keepdim: true }),
      };
    }
  }
  const text = toPython(new Net(), torch.randint(0, 9, [2, 5]));
  const lines = classOf(text, 'Net').map((line) => line.trim());
  for (const line of [
    "self.register_buffer('mask', torch.empty((4,), dtype=torch.float32))",
    'torch.tensor([1, 2, 3, 4.5], dtype=torch.float32).view((4,)),',
    'persistent=False,',
    'self.blocks = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])',
    "self.heads = nn.ModuleDict({'one': nn.Linear(4, 9), 'two-b': nn.Linear(4, 2)})",
    "self.heads['one'].weight = self.embed.weight",
    'self.embed.weight.requires_grad_(False)',
    'size_1 = tokens.shape[1]',
    'torch.arange(size_1, dtype=torch.int64, device=tokens.device)',
    'self.blocks[0](',
    '[:, 1:, ::2]',
    '.chunk(2, dim=-1)',
    "self.heads['one'](",
    'torch.cat((',
    '.sum(dim=(1, 2), keepdim=True)',
    "return {'one': ",
  ]) {
    expect(
      lines.some((each) => each.includes(line)),
      `${line}\n${lines.join('\n')}`,
    ).toBe(true);
  }
});

test('layers have what they do not print: averages, upsampling, attention, recurrence', () => {
  const layers: [nn.Module, string][] = [
    [
      new nn.AvgPool2d(3, { stride: 1, countIncludePad: false }),
      'nn.AvgPool2d(kernel_size=3, stride=1, count_include_pad=False)',
    ],
    [
      new nn.Upsample({ scaleFactor: 2, mode: 'bilinear', alignCorners: true }),
      "nn.Upsample(scale_factor=2.0, mode='bilinear', align_corners=True)",
    ],
    [new nn.BatchNorm2d(4, { affine: false }), 'nn.BatchNorm2d(4, affine=False, bias=False)'],
    [new nn.ZeroPad2d([1, 2, 0, 1]), 'nn.ZeroPad2d((1, 2, 0, 1))'],
    [new nn.LeakyReLU(0.2, { inplace: true }), 'nn.LeakyReLU(negative_slope=0.2, inplace=True)'],
    [new nn.GroupNorm(2, 4), 'nn.GroupNorm(2, 4)'],
    [
      new nn.ConvTranspose2d(4, 2, 3, { stride: [1, 2], bias: false }),
      'nn.ConvTranspose2d(4, 2, kernel_size=3, stride=(1, 2), bias=False)',
    ],
  ];
  for (const [layer, expected] of layers) {
    const text = toPython(new nn.Sequential(layer as nn.UnaryModule), torch.rand(1, 4, 6, 6), { name: 'Net' });
    expect(text.replaceAll(/\s+/g, ' ').replace(',  )', ')')).toMatch(
      /def Net\(\): model = nn\.Sequential\(.*\) return model/,
    );
    expect(text).toContain(expected);
  }
  const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(8, 2, { batchFirst: true }), 3);
  const text = toPython(encoder as nn.Module, torch.rand(2, 5, 8), { name: 'Net' });
  expect(text).toContain('num_layers=3');
});

describe('a script that goes on training', () => {
  const model = new Digits();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 2 });
  const x = torch.rand(2, 1, 28, 28);

  test('has the optimizer, the scheduler and the loss', () => {
    const text = toPython(model, x, {
      trainer: 'torchrun',
      optimizer,
      scheduler,
      loss: new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }),
    });
    for (const part of [
      'return optim.SGD(model.parameters(), lr=0.1)',
      'return lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)',
      'nn.CrossEntropyLoss(label_smoothing=0.1).to(device)',
      'nn.parallel.DistributedDataParallel(model',
      "parser.add_argument('--data', required=True",
    ]) {
      expect(text).toContain(part);
    }
    expect(toPython(model, x, { trainer: 'ray', optimizer, loss: F.crossEntropy })).toContain('TorchTrainer(');
  });

  test('groups of the optimizer have the names of their parameters', () => {
    const grouped = new optim.Adam([{ params: model.fc.parameters(), lr: 0.01 }, { params: model.conv.parameters() }], {
      lr: 0.1,
    });
    const text = toPython(model, x, { trainer: 'torchrun', optimizer: grouped });
    expect(text).toContain("{'params': [named[name] for name in ['fc.weight', 'fc.bias']]},");
    expect(text).not.toContain('make_scheduler');
  });

  test('takes an optimizer of the model alone, and a scheduler without functions', () => {
    const asking = toPython(model, x, { trainer: 'torchrun' });
    expect(asking).toContain('return getattr(optim, args.optimizer)(model.parameters(), lr=args.lr)');
    expect(() => toPython(model, x, { optimizer })).toThrow("expected trainer: 'torchrun' or 'ray' beside optimizer");
    const other = new optim.SGD([new nn.Parameter(torch.zeros(2))], { lr: 0.1 });
    expect(() => toPython(model, x, { trainer: 'ray', optimizer: other })).toThrow('parameters of the model');
    const lambda = new optim.lrScheduler.LambdaLR(optimizer, { lrLambda: () => 1 });
    expect(() => toPython(model, x, { trainer: 'torchrun', optimizer, scheduler: lambda })).toThrow(
      'LambdaLR is made with functions',
    );
  });
});

test('where has its condition first, as a function and as a method', () => {
  class Chooses extends nn.Module {
    override forward(x: torch.Tensor, isOld: torch.Tensor): torch.Tensor {
      const y = torch.where(isOld, x.neg(), 0);
      return y.gt(1).where(isOld, y.lt(2)).float().add(x.where(isOld, y));
    }
  }
  const lines = forwardOf(toPython(new Chooses(), [torch.rand(3), torch.rand(3).gt(0.5)]), 'Chooses');
  expect(lines).toEqual([
    'def forward(self, x, is_old):',
    '    out = -x',
    '    out = torch.where(is_old, out, 0)',
    '    y = out > 1',
    '    z = out < 2',
    '    y = torch.where(is_old, y, z)',
    '    y = y.float()',
    '    x = torch.where(is_old, x, out)',
    '    x = y + x',
    '    return x',
  ]);
});

test('what has no text is refused with its module', () => {
  const noise = torch.ones(3).add(1);
  class Captures extends nn.Module {
    override forward(x: torch.Tensor): torch.Tensor {
      return x.add(noise);
    }
  }
  expect(() => toPython(new Captures(), torch.rand(3))).toThrow(
    /Captures uses a tensor of shape \[3\].*registerBuffer/,
  );
  class Keeps extends nn.Module {
    constructor() {
      super();
      this.registerBuffer('part', torch.tensor([1, 2, 3]).narrow(0, 0, 2), { persistent: false });
    }
    override forward(x: torch.Tensor): torch.Tensor {
      return x;
    }
  }
  expect(() => toPython(new Keeps(), torch.rand(3))).toThrow("buffer 'part' of Keeps is in no state dict");
  class Draws extends nn.Module {
    override forward(x: torch.Tensor): torch.Tensor {
      return x.add(torch.randn(3));
    }
  }
  expect(() => toPython(new Draws(), torch.rand(3))).toThrow('Draws makes other numbers in each call');
  class Calls extends nn.Module {
    readonly #inner = new nn.Linear(3, 3);
    override forward(x: torch.Tensor): torch.Tensor {
      return this.#inner(x);
    }
  }
  expect(() => toPython(new Calls(), torch.rand(3))).toThrow('Calls calls a Linear that is none of its modules');
  expect(() => toPython(new nn.Sequential(new nn.LazyLinear(3)), torch.rand(3), { name: 'Net' })).toThrow(
    torch.ArgumentError,
  );
  expect(() => toPython(new Digits(), torch.rand(1, 1, 28, 28), { name: 'not a name' })).toThrow(
    'name to be a string that is a name in Python',
  );
});
