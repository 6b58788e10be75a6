import { cat, nn, ones, type Tensor, tensor, zeros } from '../../../torch';
import { type Arguments, Module, parseArgs } from '../../../torch/inside';
import { Network } from '../network';
import { builder, type ClassifierOptions } from './builder';
import { networkKinds } from './network-kinds';

/**
 * LeNet-5 as it is commonly built today, with ReLU, max pooling and a linear last layer: takes images [N, 1, 28, 28]
 * and returns scores [N, numClasses]. 61,706 parameters.
 */
export class LeNet5 extends Network {
  features = new nn.Sequential(
    ...[
      new nn.Conv2d(1, 6, { kernelSize: 5, padding: 2 }),
      new nn.ReLU(),
      new nn.MaxPool2d({ kernelSize: 2, stride: 2 }),
    ],
    ...[new nn.Conv2d(6, 16, { kernelSize: 5 }), new nn.ReLU(), new nn.MaxPool2d({ kernelSize: 2, stride: 2 })],
  );
  classifier: nn.Sequential;

  constructor(...args: Arguments<ClassifierOptions, ['numClasses']>) {
    super();
    const { numClasses } = parseArgs<ClassifierOptions>('LeNet5', [], { numClasses: 10 }, args, networkKinds);
    this.classifier = new nn.Sequential(
      ...[new nn.Linear(16 * 5 * 5, 120), new nn.ReLU()],
      ...[new nn.Linear(120, 84), new nn.ReLU()],
      new nn.Linear(84, numClasses),
    );
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.features(x).flatten(1));
  }
}

/** 1.7159 · tanh(2x / 3): appendix A of the paper. */
class ScaledTanh extends Module {
  override forward(x: Tensor): Tensor {
    return x
      .mul(2 / 3)
      .tanh()
      .mul(1.7159);
  }
}

/** The sum of each 2×2 window, times a weight, plus a bias, through a sigmoid. Each map has its own weight and bias. */
class Subsampling extends Module {
  weight: nn.Parameter;
  bias: nn.Parameter;

  constructor(channels: number) {
    super();
    this.weight = new nn.Parameter(ones([channels]));
    this.bias = new nn.Parameter(zeros([channels]));
  }

  override forward(x: Tensor): Tensor {
    const sums = nn.functional.avgPool2d(x, { kernelSize: 2, stride: 2 }).mul(4);
    return sums
      .mul(this.weight.view(-1, 1, 1))
      .add(this.bias.view(-1, 1, 1))
      .sigmoid();
  }
}

/** The input maps of each map of the third layer (there are six): table I of the paper. */
const connections = {
  three: [
    [0, 1, 2],
    [1, 2, 3],
    [2, 3, 4],
    [3, 4, 5],
    [0, 4, 5],
    [0, 1, 5],
  ],
  four: [
    [0, 1, 2, 3],
    [1, 2, 3, 4],
    [2, 3, 4, 5],
    [0, 3, 4, 5],
    [0, 1, 4, 5],
    [0, 1, 2, 5],
    [0, 1, 3, 4],
    [1, 2, 4, 5],
    [0, 2, 3, 5],
  ],
} as const;

/** The third layer: 16 maps, each computed from three, four or all six previous maps. */
class PartialConvolution extends Module {
  three = new nn.Conv2d(18, 6, { kernelSize: 5, groups: 6 });
  four = new nn.Conv2d(36, 9, { kernelSize: 5, groups: 9 });
  six = new nn.Conv2d(6, 1, { kernelSize: 5 });

  override forward(x: Tensor): Tensor {
    const seen = (maps: readonly (readonly number[])[]) => x.indexSelect(1, tensor(maps.flat(), { dtype: 'int64' }));
    return cat([this.three(seen(connections.three)), this.four(seen(connections.four)), this.six(x)], 1);
  }
}

/** Drawings of the ten digits with 7×12 pixels, row by row: the codes of the last layer. */
const digits = [
  '..###.. .#...#. #.....# #.....# #.....# #.....# #.....# #.....# #.....# #.....# .#...#. ..###..',
  '...#... ..##... .#.#... ...#... ...#... ...#... ...#... ...#... ...#... ...#... ...#... .#####.',
  '.#####. #.....# ......# ......# .....#. ....#.. ...#... ..#.... .#..... #...... #...... #######',
  '.#####. #.....# ......# ......# ......# ..####. ......# ......# ......# ......# #.....# .#####.',
  '.....#. ....##. ...#.#. ..#..#. .#...#. #....#. #....#. ####### .....#. .....#. .....#. .....#.',
  '####### #...... #...... #...... #...... ######. ......# ......# ......# ......# #.....# .#####.',
  '..####. .#..... #...... #...... #...... #.####. ##....# #.....# #.....# #.....# #.....# .#####.',
  '####### ......# ......# .....#. .....#. ....#.. ....#.. ...#... ...#... ..#.... ..#.... ..#....',
  '.#####. #.....# #.....# #.....# #.....# .#####. #.....# #.....# #.....# #.....# #.....# .#####.',
  '.#####. #.....# #.....# #.....# #.....# .###### ......# ......# ......# ......# .....#. .####..',
].map((rows) => [...rows.replaceAll(' ', '')].map((pixel) => (pixel === '#' ? 1 : -1)));

/**
 * Squared distances of [N, 84] from the codes of the ten digits, which are not trained. A small distance means that the
 * input looks like the digit.
 */
class EuclideanRBF extends Module {
  declare codes: Tensor;

  constructor() {
    super();
    this.registerBuffer('codes', tensor(digits, { dtype: 'float32' }));
  }

  override forward(x: Tensor): Tensor {
    return x.unsqueeze(1).sub(this.codes).square().sum(-1);
  }
}

/**
 * LeNet-5 as LeCun et al. describe it (1998, "Gradient-based learning applied to document recognition", section II.B):
 * takes images [N, 1, 32, 32] and returns penalties [N, 10], the smallest for the predicted digit. Subsampling has
 * weights, the third layer reads only some of the maps, and the last layer measures distances from drawn digits. 60,000
 * trainable parameters.
 */
export class LeNet5Paper extends Network {
  c1 = new nn.Conv2d(1, 6, { kernelSize: 5 });
  s2 = new Subsampling(6);
  c3 = new PartialConvolution();
  s4 = new Subsampling(16);
  c5 = new nn.Conv2d(16, 120, { kernelSize: 5 });
  f6 = new nn.Linear(120, 84);
  activation = new ScaledTanh();
  output = new EuclideanRBF();

  constructor() {
    super();
    for (const module of this.modules()) {
      if (!(module instanceof nn.Conv2d || module instanceof nn.Linear)) continue;
      // 2.4 divided by the number of a unit's inputs: appendix A of the paper.
      const range = 2.4 / (module.weight.numel() / module.weight.shape[0]!);
      nn.init.uniform_(module.weight, -range, range);
      nn.init.zeros_(module.bias!);
    }
  }

  override forward(x: Tensor): Tensor {
    const early = this.s2(this.activation(this.c1(x)));
    const late = this.s4(this.activation(this.c3(early)));
    const features = this.activation(this.c5(late)).flatten(1);
    return this.output(this.activation(this.f6(features)));
  }
}

/** LeNet-5 as it is commonly built today: see `LeNet5`. */
export const lenet5 = builder<LeNet5, ClassifierOptions>('lenet5', {
  defaults: { numClasses: 10 },
  build: (options) => new LeNet5(options),
});

/** LeNet-5 of the paper: see `LeNet5Paper`. */
export const lenet5Paper = builder<LeNet5Paper, object>('lenet5Paper', {
  defaults: {},
  build: () => new LeNet5Paper(),
});
