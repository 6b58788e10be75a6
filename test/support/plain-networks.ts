// Networks as functions over tensors as a file has them, beside the same of modules.

import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';

const F = nn.functional;

export type State = Readonly<Record<string, Tensor>>;

/** The numbers of modules as tensors of their own, without modules, as a file has them. */
export async function stateOf(model: nn.Module): Promise<State> {
  const entries = Object.entries(model.stateDict()).map(
    async ([name, x]) => [name, torch.tensor(await x.data(), { dtype: x.dtype }).reshape([...x.shape])] as const,
  );
  const state = Object.fromEntries(await Promise.all(entries));
  await torch.synchronize();
  return state;
}

/** `models.resnet18` as functions. */
export const resnet18OfFunctions = (sd: State) => {
  const norm = (y: Tensor, name: string) => {
    const at = (key: string) => sd[`${name}.${key}`]!;
    return F.batchNorm(y, at('running_mean'), at('running_var'), at('weight'), at('bias'));
  };
  return (picture: Tensor): Tensor => {
    let x = F.relu(norm(F.conv2d(picture, sd['conv1.weight']!, null, { stride: 2, padding: 3 }), 'bn1'));
    x = F.maxPool2d(x, 3, 2, 1);
    for (let layer = 1; layer <= 4; layer++) {
      for (let i = 0; i < 2; i++) {
        const at = `layer${layer}.${i}`;
        const stride = layer > 1 && i === 0 ? 2 : 1;
        let y = F.conv2d(x, sd[`${at}.conv1.weight`]!, null, { stride, padding: 1 });
        y = F.relu(norm(y, `${at}.bn1`));
        y = norm(F.conv2d(y, sd[`${at}.conv2.weight`]!, null, { padding: 1 }), `${at}.bn2`);
        if (stride === 2)
          x = norm(F.conv2d(x, sd[`${at}.downsample.0.weight`]!, null, { stride }), `${at}.downsample.1`);
        x = F.relu(y.add(x));
      }
    }
    return F.linear(F.adaptiveAvgPool2d(x, 1).flatten(1), sd['fc.weight']!, sd['fc.bias']!);
  };
};

const [WIDTH, HEADS, BLOCKS, LETTERS, LENGTH] = [64, 4, 3, 65, 32];

/** Attention among the letters before each, of queries, keys and values side by side. */
function attended(qkv: Tensor): Tensor {
  const [batch, length] = qkv.shape as [number, number];
  const parts = qkv.split(WIDTH, 2).map((y) => y.view(batch, length, HEADS, WIDTH / HEADS).transpose(1, 2));
  const [q, k, v] = parts as [Tensor, Tensor, Tensor];
  return F.scaledDotProductAttention(q, k, v, { isCausal: true }).transpose(1, 2).reshape(batch, length, WIDTH);
}

class Block extends nn.Module {
  readonly ln1 = new nn.LayerNorm(WIDTH);
  readonly qkv = new nn.Linear(WIDTH, 3 * WIDTH);
  readonly proj = new nn.Linear(WIDTH, WIDTH);
  readonly ln2 = new nn.LayerNorm(WIDTH);
  readonly up = new nn.Linear(WIDTH, 4 * WIDTH);
  readonly down = new nn.Linear(4 * WIDTH, WIDTH);

  forward(x: Tensor): Tensor {
    const y = x.add(this.proj(attended(this.qkv(this.ln1(x)))));
    return y.add(this.down(F.gelu(this.up(this.ln2(y)))));
  }
}

/** Letters [N, 32] to scores of the next ones, by three blocks. */
export class SmallGPT extends nn.Module {
  readonly letters = new nn.Embedding(LETTERS, WIDTH);
  readonly places = new nn.Embedding(LENGTH, WIDTH);
  readonly blocks = new nn.ModuleList(Array.from({ length: BLOCKS }, () => new Block()));
  readonly ln = new nn.LayerNorm(WIDTH);
  readonly head = new nn.Linear(WIDTH, LETTERS);

  forward(ids: Tensor): Tensor {
    let x = this.letters(ids).add(this.places(torch.arange(LENGTH)));
    for (const block of this.blocks) x = (block as Block)(x);
    return this.head(this.ln(x));
  }
}

/** `SmallGPT` as functions. */
export const gptOfFunctions = (sd: State) => {
  const linear = (x: Tensor, name: string) => F.linear(x, sd[`${name}.weight`]!, sd[`${name}.bias`]!);
  const norm = (x: Tensor, name: string) => F.layerNorm(x, [WIDTH], sd[`${name}.weight`]!, sd[`${name}.bias`]!);
  return (ids: Tensor): Tensor => {
    const places = F.embedding(torch.arange(LENGTH), sd['places.weight']!);
    let x = F.embedding(ids, sd['letters.weight']!).add(places);
    for (let i = 0; i < BLOCKS; i++) {
      const at = (name: string) => `blocks.${i}.${name}`;
      x = x.add(linear(attended(linear(norm(x, at('ln1')), at('qkv'))), at('proj')));
      x = x.add(linear(F.gelu(linear(norm(x, at('ln2')), at('up'))), at('down')));
    }
    return linear(norm(x, 'ln'), 'head');
  };
};
