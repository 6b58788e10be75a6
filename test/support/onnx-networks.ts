// The tests of networks that PyTorch has exported: output, names and training on.
import { readFileSync } from 'node:fs';
import * as torch from 'lamplight';
import * as onnx from 'lamplight/onnx';
import { expect, test } from 'vitest';

const F = torch.nn.functional;

interface Case {
  readonly name: string;
  /** The exporters whose files are there. */
  readonly kinds: readonly string[];
  /** Trained with the statistics of its norms as they are. */
  readonly frozen: boolean;
  readonly losses: readonly number[];
  readonly keys: readonly string[];
}

const { cases } = JSON.parse(readFileSync('test/fixtures/onnx_models.json', 'utf8')) as { cases: Case[] };

export const loadNetwork = <Result = torch.Tensor>(name: string): Promise<onnx.OnnxModule<Result>> =>
  onnx.load<Result>(`test/fixtures/onnx/${name}.onnx`);

export const networkArrays = () => torch.load('test/fixtures/onnx_models.safetensors');

const first = (output: torch.Tensor | torch.Tensor[]): torch.Tensor => (Array.isArray(output) ? output[0]! : output);

/** The greatest difference of two tensors of one shape. */
export async function difference(a: torch.Tensor, b: torch.Tensor): Promise<number> {
  expect(a.shape).toEqual(b.shape);
  return a.sub(b).abs().max().item();
}

/** The losses of steps of SGD, with dropout off. */
async function losses(model: torch.nn.Module, { name, frozen, losses: { length } }: Case): Promise<number[]> {
  const arrays = await networkArrays();
  model.train(!frozen);
  for (const module of model.modules()) if (module instanceof torch.nn.Dropout) module.eval();
  const optimizer = new torch.optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
  const found: number[] = [];
  for (let i = 0; i < length; i++) {
    const loss = F.crossEntropy(
      first(model(arrays[`${name}/x`]!) as torch.Tensor | torch.Tensor[]),
      arrays[`${name}/target`]!,
    );
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    found.push(await loss.item());
  }
  return found;
}

/** The tests of these networks. */
export function testNetworks(names: readonly string[]): void {
  for (const each of cases.filter(({ name }) => names.includes(name))) {
    const { name, kinds, keys } = each;
    test(`${name} gives PyTorch's output, with its names`, async () => {
      const arrays = await networkArrays();
      for (const kind of kinds) {
        const model = await loadNetwork(`${name}-${kind}`);
        expect(await difference(first(model(arrays[`${name}/x`]!)), arrays[`${name}/y`]!), kind).toBeLessThan(1e-4);
        // The second exporter folds norms into convolutions, and layers of a stack are modules of their own.
        if (kind === 'script' && name !== 'lstm') {
          expect(Object.keys(model.stateDict()).sort()).toEqual([...keys].sort());
        }
      }
    });

    test(`${name} trains on as in PyTorch, and is exported again`, async () => {
      const model = await loadNetwork<torch.Tensor | torch.Tensor[]>(`${name}-script`);
      const found = await losses(model, each);
      found.forEach((loss, i) => {
        expect(Math.abs(loss - each.losses[i]!), `loss ${i}`).toBeLessThan(1e-4);
      });
      // What was learnt is written again.
      const x = (await networkArrays())[`${name}/x`]!;
      model.eval();
      const again = await onnx.load<torch.Tensor | torch.Tensor[]>(await onnx.export(model, x));
      expect(await difference(first(again(x)), first(model(x)))).toBeLessThan(1e-4);
    });
  }
}
