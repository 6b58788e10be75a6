// Checks recurrent layers and cells against PyTorch: their first weights, printed text, outputs, states and gradients.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

interface Case extends FixtureCase {
  readonly module: string;
  readonly args: readonly unknown[];
  readonly options: Record<string, unknown>;
  readonly seed: number;
  readonly training: boolean;
  readonly text: string;
  readonly outputs: number;
  /** Of packed sequences. */
  readonly lengths?: readonly number[];
  readonly enforceSorted: boolean;
  readonly batchSizes: readonly number[];
  readonly sortedIndices: readonly number[] | null;
  readonly unsortedIndices: readonly number[] | null;
}

const fixture = await loadFixture<Case>('recurrent');
const { rnn } = nn.utils;
const LayerTypes = nn as unknown as Record<string, new (...args: unknown[]) => nn.Module>;

const flat = (value: unknown): Tensor[] => (Array.isArray(value) ? value.flatMap(flat) : [value as Tensor]);

/** What a layer gives for a packed sequence: its output padded again, the rows of the output, and its state. */
async function throughPacked(
  layer: nn.Module,
  x: Tensor,
  initial: readonly unknown[],
  { lengths, enforceSorted, options, ...wanted }: Case,
): Promise<unknown> {
  const batchFirst = options.batchFirst === true;
  const sequence = rnn.packPaddedSequence(x, lengths!, { batchFirst, enforceSorted });
  expect(await sequence.batchSizes.tolist()).toEqual(wanted.batchSizes);
  for (const [key, indices] of Object.entries({
    sortedIndices: sequence.sortedIndices,
    unsortedIndices: sequence.unsortedIndices,
  })) {
    expect(indices && (await indices.tolist()), key).toEqual(wanted[key as 'sortedIndices' | 'unsortedIndices']);
  }
  const [output, state] = layer(sequence, ...initial) as [nn.utils.rnn.PackedSequence, unknown];
  const [padded, again] = rnn.padPackedSequence(output, { batchFirst, paddingValue: -1.5 });
  expect(await again.tolist()).toEqual(lengths);
  return [padded, output.data, state];
}

describe('against PyTorch', () => {
  test.each(sampled(fixture.cases, 2))('$name', async (given) => {
    const { name, module, args, options, seed, training, text, outputs } = given;
    const array = (key: string) => fixture.tensor(`${name}/${key}`);
    torch.manualSeed(seed);
    const layer = new LayerTypes[module]!(...args, options).train(training);
    expect(`${layer}`).toBe(text);
    for (const [key, parameter] of layer.namedParameters()) await expectClose(parameter, array(`state_${key}`));
    const x = fromFixture(array('input'), true);
    const states = ['h0', 'h1']
      .filter((key) => fixture.has(`${name}/${key}`))
      .map((key) => fromFixture(array(key), true));
    const initial = module.startsWith('LSTM') && states.length > 0 ? [states] : states;
    const results = flat(given.lengths ? await throughPacked(layer, x, initial, given) : layer(x, ...initial));
    expect(results).toHaveLength(outputs);
    let loss: Tensor = torch.zeros([]);
    for (const [i, y] of results.entries()) {
      await expectClose(y, array(`y${i}`));
      loss = loss.add(y.mul(fromFixture(array(`dy${i}`))).sum());
    }
    loss.backward();
    await expectClose(x.grad!, array('grad_input'));
    for (const [i, state] of states.entries()) await expectClose(state.grad!, array(`grad_h${i}`));
    for (const [key, parameter] of layer.namedParameters()) {
      await expectClose(parameter.grad!, array(`grad_state_${key}`), { atol: 5e-6 });
    }
  });
});

describe('recurrent layers', () => {
  test('drop outputs between layers in training only', async () => {
    const lstm = new nn.LSTM(2, 3, { numLayers: 2, dropout: 0.5 });
    const x = torch.ones(4, 2, 2);
    const [first] = lstm(x);
    const [second] = lstm(x);
    expect(await torch.equal(first, second)).toBe(false);
    lstm.eval();
    expect(await torch.equal(lstm(x)[0], lstm(x)[0])).toBe(true);
  });

  test('say what is wrong with an input or a state', () => {
    const gru = new nn.GRU(2, 3);
    expect(() => gru(torch.zeros(4, 2, 5))).toThrow(/GRU: expected input \[L, N, 2\] or \[L, 2\], but got \[4, 2, 5\]/);
    expect(() => gru(torch.zeros(4, 2, 2), torch.zeros(1, 1, 3))).toThrow(/initial state of shape \[1, 2, 3\]/);
    expect(() => new nn.LSTM(2, 3, { projSize: 3 })).toThrow(/projSize smaller than hiddenSize, but got 3/);
    expect(() => new nn.LSTMCell(2, 3)(torch.zeros(4, 3))).toThrow(/LSTMCell: expected input \[N, 2\] or \[2\]/);
  });
});

describe('packed sequences', () => {
  const several = () => [torch.ones(1, 2), torch.ones(3, 2).mul(2), torch.ones(2, 2).mul(3)];

  test('are made of sequences and give them back', async () => {
    const packed = rnn.packSequence(several(), { enforceSorted: false });
    expect(await packed.data.select(1, 0).tolist()).toEqual([2, 3, 1, 2, 3, 2]);
    expect(await packed.batchSizes.tolist()).toEqual([3, 2, 1]);
    expect(`${packed}`).toBe('PackedSequence(lengths=[1, 3, 2], data=[6, 2], dtype=float32)');
    const parts = rnn.unpackSequence(packed);
    expect(await Promise.all(parts.map((x) => x.tolist()))).toEqual(
      await Promise.all(several().map((x) => x.tolist())),
    );
    const [padded, lengths] = rnn.padPackedSequence(packed, { totalLength: 4, paddingValue: 9 });
    expect(padded.shape).toEqual([4, 3, 2]);
    expect(await padded.select(2, 0).tolist()).toEqual([
      [1, 2, 3],
      [9, 2, 3],
      [9, 2, 9],
      [9, 9, 9],
    ]);
    const again = rnn.unpadSequence(padded, lengths);
    expect(again.map((x) => x.shape[0])).toEqual([1, 3, 2]);
  });

  test('pass through networks that overflow behind the end of a short sequence', async () => {
    const layer = new nn.RNN(1, 1, { nonlinearity: 'relu', bias: false });
    torch.nn.init.constant_(layer.parameters()[0]!, 1);
    torch.nn.init.constant_(layer.parameters()[1]!, 1e10);
    const x = torch.tensor(
      [
        [[0], [1]],
        [[0], [1]],
        [[0], [1]],
        [[0], [1]],
        [[0], [1]],
      ],
      { dtype: 'float32' },
    );
    const [output] = layer(rnn.packPaddedSequence(x, [5, 2]));
    output.data.sum().backward();
    for (const parameter of layer.parameters()) expect(await parameter.grad!.isfinite().all().item()).toBe(true);
  });

  test('keep what a module returns of them, and have other dtypes', async () => {
    class Encoder extends nn.Module {
      gru = new nn.GRU(2, 3);
      forward(x: nn.utils.rnn.PackedSequence) {
        return this.gru(x)[0];
      }
    }
    const output = new Encoder()(rnn.packSequence(several(), { enforceSorted: false }));
    expect(await output.data.tolist()).toHaveLength(6);
    expect([output.long().dtype, output.int().float().data.dtype]).toEqual(['int64', 'float32']);
  });

  test('say what is wrong', async () => {
    const x = torch.zeros(4, 2, 2);
    expect(() => rnn.packPaddedSequence(x, [1, 4])).toThrow(
      /descending lengths, but got \[1, 4\]; pass enforceSorted: false/,
    );
    expect(() => rnn.packPaddedSequence(x, [4, 0])).toThrow(/each of at least 1 element, but got lengths \[4, 0\]/);
    expect(() => rnn.packPaddedSequence(x, [5, 1])).toThrow(/expected 2 lengths of at most 4/);
    expect(() => rnn.packPaddedSequence(x, torch.ones(2).add(1))).toThrow(/pass await lengths.tolist\(\)/);
    expect(() => rnn.packSequence([torch.ones(2, 2), torch.ones(1, 3)])).toThrow(/differ only in length/);
    const packed = rnn.packPaddedSequence(x, [4, 2]);
    expect(() => rnn.padPackedSequence(packed, { totalLength: 3 })).toThrow(/at least 4, the longest/);
    expect(() => new nn.GRU(3, 3)(packed)).toThrow(/GRU: expected input \[L, 3\], but got \[6, 2\]/);
    expect(() => new nn.GRU(2, 3)(packed, torch.zeros(1, 1, 3))).toThrow(/initial state of shape \[1, 2, 3\]/);
    expect(() => new rnn.PackedSequence(x, [1, 2])).toThrow(/descending batch sizes/);
    expect(() => new rnn.PackedSequence(x, [2, 1])).toThrow(/data of 3 rows/);
    expect(() => new rnn.PackedSequence(x, [2, 2], [0, 0])).toThrow(/an order of the 2 sequences/);
  });
});
