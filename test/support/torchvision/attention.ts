// Owns ports of torchvision's transformers for images, small; parameters have torchvision's names and order.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { Permute, StochasticDepth } from './blocks';

const F = nn.functional;

class EncoderBlock extends nn.Module {
  ln_1: nn.LayerNorm;
  self_attention: nn.MultiheadAttention;
  dropout = new nn.Dropout(0);
  ln_2: nn.LayerNorm;
  mlp: nn.Sequential;
  constructor(heads: number, dim: number, hidden: number) {
    super();
    this.ln_1 = new nn.LayerNorm(dim, { eps: 1e-6 });
    this.self_attention = new nn.MultiheadAttention(dim, heads, { dropout: 0, batchFirst: true });
    this.ln_2 = new nn.LayerNorm(dim, { eps: 1e-6 });
    const layers = [new nn.Linear(dim, hidden), new nn.GELU(), new nn.Dropout(0), new nn.Linear(hidden, dim)];
    this.mlp = new nn.Sequential(...layers, new nn.Dropout(0));
    for (const module of this.mlp.modules()) {
      if (!(module instanceof nn.Linear)) continue;
      nn.init.xavierUniform_(module.weight);
      nn.init.normal_(module.bias!, { std: 1e-6 });
    }
  }
  forward(input: Tensor): Tensor {
    const normed = this.ln_1(input);
    const [attended] = this.self_attention(normed, normed, normed, { needWeights: false });
    const x = this.dropout(attended).add(input);
    return x.add(this.mlp(this.ln_2(x)));
  }
}

class Encoder extends nn.Module {
  pos_embedding: nn.Parameter;
  dropout = new nn.Dropout(0);
  layers: nn.Sequential;
  ln: nn.LayerNorm;
  constructor(length: number, layers: number, heads: number, dim: number, hidden: number) {
    super();
    this.pos_embedding = new nn.Parameter(torch.empty(1, length, dim).normal_({ std: 0.02 }));
    this.layers = new nn.Sequential(
      Object.fromEntries(
        Array.from({ length: layers }, (_, i) => [`encoder_layer_${i}`, new EncoderBlock(heads, dim, hidden)]),
      ),
    );
    this.ln = new nn.LayerNorm(dim, { eps: 1e-6 });
  }
  forward(x: Tensor): Tensor {
    return this.ln(this.layers(this.dropout(x.add(this.pos_embedding))));
  }
}

/** Dosovitskiy et al. 2021, arXiv:2010.11929: 16 × 16 pixels in patches of 4 × 4, two layers, two heads of 8. */
export class VisionTransformer extends nn.Module {
  class_token: nn.Parameter;
  conv_proj = new nn.Conv2d({ inChannels: 3, outChannels: 16, kernelSize: 4, stride: 4 });
  encoder: Encoder;
  heads: nn.Sequential;
  constructor() {
    super();
    this.class_token = new nn.Parameter(torch.zeros(1, 1, 16));
    this.encoder = new Encoder(17, 2, 2, 16, 32);
    this.heads = new nn.Sequential({ head: new nn.Linear(16, 10) });
    nn.init.truncNormal_(this.conv_proj.weight, { std: Math.sqrt(1 / (3 * 4 * 4)) });
    nn.init.zeros_(this.conv_proj.bias!);
    // torchvision sets the head to 0, which would hide everything below it.
    const head = this.getSubmodule('heads.head') as nn.Linear;
    nn.init.normal_(head.weight, { std: 0.2 });
    nn.init.zeros_(head.bias!);
  }
  forward(x: Tensor): Tensor {
    const n = x.size(0);
    x = this.conv_proj(x).reshape(n, 16, -1).permute(0, 2, 1);
    x = torch.cat([this.class_token.expand(n, -1, -1), x], { dim: 1 });
    return this.heads(this.encoder(x).at(':', 0));
  }
}

/** Attention within windows, which half of the blocks shift: Liu et al. 2021, arXiv:2103.14030. */
class WindowAttention extends nn.Module {
  relative_position_bias_table: nn.Parameter;
  relative_position_index: Tensor;
  qkv: nn.Linear;
  proj: nn.Linear;
  constructor(
    readonly dim: number,
    readonly window: number,
    readonly shift: number,
    readonly heads: number,
  ) {
    super();
    this.qkv = new nn.Linear(dim, dim * 3);
    this.proj = new nn.Linear(dim, dim);
    const places = 2 * window - 1;
    this.relative_position_bias_table = new nn.Parameter(torch.zeros(places * places, heads));
    const along = torch.arange(window);
    const coords = torch.stack(torch.meshgrid(along, along, { indexing: 'ij' })).flatten(1);
    const apart = coords
      .at(':', ':', null)
      .sub(coords.at(':', null, ':'))
      .permute(1, 2, 0)
      .add(window - 1);
    this.relative_position_index = apart.at('...', 0).mul(places).add(apart.at('...', 1)).flatten();
    this.registerBuffer('relative_position_index', this.relative_position_index);
    nn.init.truncNormal_(this.relative_position_bias_table, { std: 0.02 });
  }
  private positionBias(): Tensor {
    const area = this.window ** 2;
    const bias = this.relative_position_bias_table.at(this.relative_position_index);
    return bias.view(area, area, -1).permute(2, 0, 1).contiguous().unsqueeze(0);
  }
  /** -100 between places of a window that the shift brought from different sides. */
  private shiftMask(like: Tensor, height: number, width: number): Tensor {
    const { window, shift } = this;
    const mask = like.newZeros([height, width]);
    const bands = [`0:${-window}`, `${-window}:${-shift}`, `${-shift}:`];
    for (const [r, rows] of bands.entries())
      for (const [c, columns] of bands.entries()) mask.at(rows, columns).fill_(3 * r + c);
    const windows = mask
      .view(height / window, window, width / window, window)
      .permute(0, 2, 1, 3)
      .reshape(-1, window ** 2);
    const apart = windows.unsqueeze(1).sub(windows.unsqueeze(2));
    return apart.maskedFill(apart.ne(0), -100).maskedFill(apart.eq(0), 0);
  }
  forward(input: Tensor): Tensor {
    const { window, shift, heads, dim } = this;
    const [n, height, width] = input.shape as [number, number, number, number];
    const toFull = (size: number) => (window - (size % window)) % window;
    let x = F.pad(input, [0, 0, 0, toFull(width), 0, toFull(height)]);
    const [, rows, columns] = x.shape as [number, number, number, number];
    if (shift > 0) x = torch.roll(x, { shifts: [-shift, -shift], dims: [1, 2] });
    const count = (rows / window) * (columns / window);
    x = x
      .view(n, rows / window, window, columns / window, window, dim)
      .permute(0, 1, 3, 2, 4, 5)
      .reshape(n * count, window ** 2, dim);
    const [q, k, v] = this.qkv(x)
      .reshape(n * count, window ** 2, 3, heads, dim / heads)
      .permute(2, 0, 3, 1, 4)
      .unbind(0) as [Tensor, Tensor, Tensor];
    let scores = q
      .mul((dim / heads) ** -0.5)
      .matmul(k.transpose(-2, -1))
      .add(this.positionBias());
    if (shift > 0) {
      const mask = this.shiftMask(x, rows, columns).unsqueeze(1).unsqueeze(0);
      scores = scores
        .view(n, count, heads, window ** 2, window ** 2)
        .add(mask)
        .view(-1, heads, window ** 2, window ** 2);
    }
    x = F.softmax(scores, { dim: -1 })
      .matmul(v)
      .transpose(1, 2)
      .reshape(n * count, window ** 2, dim);
    x = this.proj(x)
      .view(n, rows / window, columns / window, window, window, dim)
      .permute(0, 1, 3, 2, 4, 5)
      .reshape(n, rows, columns, dim);
    if (shift > 0) x = torch.roll(x, { shifts: [shift, shift], dims: [1, 2] });
    return x.at(':', `:${height}`, `:${width}`, ':').contiguous();
  }
}

class SwinBlock extends nn.Module {
  norm1: nn.LayerNorm;
  attn: WindowAttention;
  stochastic_depth: StochasticDepth;
  norm2: nn.LayerNorm;
  mlp: nn.Sequential;
  constructor(dim: number, heads: number, window: number, shift: number, drop: number) {
    super();
    this.norm1 = new nn.LayerNorm(dim, { eps: 1e-5 });
    this.attn = new WindowAttention(dim, window, shift, heads);
    this.stochastic_depth = new StochasticDepth(drop);
    this.norm2 = new nn.LayerNorm(dim, { eps: 1e-5 });
    const layers = [new nn.Linear(dim, dim * 4), new nn.GELU(), new nn.Dropout(0), new nn.Linear(dim * 4, dim)];
    this.mlp = new nn.Sequential(...layers, new nn.Dropout(0));
    for (const module of this.mlp.modules()) {
      if (!(module instanceof nn.Linear)) continue;
      nn.init.xavierUniform_(module.weight);
      nn.init.normal_(module.bias!, { std: 1e-6 });
    }
  }
  forward(x: Tensor): Tensor {
    x = x.add(this.stochastic_depth(this.attn(this.norm1(x))));
    return x.add(this.stochastic_depth(this.mlp(this.norm2(x))));
  }
}

class PatchMerging extends nn.Module {
  reduction: nn.Linear;
  norm: nn.LayerNorm;
  constructor(dim: number) {
    super();
    this.reduction = new nn.Linear(4 * dim, 2 * dim, { bias: false });
    this.norm = new nn.LayerNorm(4 * dim, { eps: 1e-5 });
  }
  forward(x: Tensor): Tensor {
    x = F.pad(x, [0, 0, 0, x.size(2) % 2, 0, x.size(1) % 2]);
    const quarter = (row: number, column: number) => x.at('...', `${row}::2`, `${column}::2`, ':');
    return this.reduction(this.norm(torch.cat([quarter(0, 0), quarter(1, 0), quarter(0, 1), quarter(1, 1)], -1)));
  }
}

/** `SwinTransformer([2, 2], 8, [2, 1], [2, 2], [4, 4], stochastic_depth_prob=0.4, num_classes=10)`. */
export class SwinTransformer extends nn.Module {
  features = new nn.Sequential(
    new nn.Sequential(
      new nn.Conv2d(3, 8, { kernelSize: [2, 2], stride: [2, 2] }),
      new Permute([0, 2, 3, 1]),
      new nn.LayerNorm(8, { eps: 1e-5 }),
    ),
    new nn.Sequential(new SwinBlock(8, 2, 4, 0, 0), new SwinBlock(8, 2, 4, 2, 0.4 * (1 / 2))),
    new PatchMerging(8),
    new nn.Sequential(new SwinBlock(16, 2, 4, 0, 0.4)),
  );
  norm = new nn.LayerNorm(16, { eps: 1e-5 });
  permute = new Permute([0, 3, 1, 2]);
  avgpool = new nn.AdaptiveAvgPool2d(1);
  flatten = new nn.Flatten(1);
  head = new nn.Linear(16, 10);
  constructor() {
    super();
    for (const module of this.modules()) {
      if (!(module instanceof nn.Linear)) continue;
      nn.init.truncNormal_(module.weight, { std: 0.02 });
      if (module.bias) nn.init.zeros_(module.bias);
    }
  }
  forward(x: Tensor): Tensor {
    x = this.norm(this.features(x));
    return this.head(this.flatten(this.avgpool(this.permute(x))));
  }
}
