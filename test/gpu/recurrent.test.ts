// Checks recurrent layers and cells against PyTorch: their first weights, printed text, outputs, states and gradients.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface Case extends FixtureCase {
  readonly module: string;
  readonly args: readonly unknown[];
  readonly options: Record<string, unknown>;
  readonly seed: number;
  readonly training: boolean;
  readonly text: string;
  readonly outputs: number;
}

const fixture = await loadFixture<Case>('recurrent');
const LayerTypes = nn as unknown as Record<string, new (...args: unknown[]) => nn.Module>;

const flat = (value: unknown): Tensor[] => (Array.isArray(value) ? value.flatMap(flat) : [value as Tensor]);

describe('against PyTorch', () => {
  test.each(fixture.cases)('$name', async ({ name, module, args, options, seed, training, text, outputs }) => {
    const array = (key: string) => fixture.tensor(`${name}/${key}`);
    torch.manualSeed(seed);
    const layer = new LayerTypes[module]!(...args, options).train(training);
    expect(`${layer}`).toBe(text);
    for (const [key, parameter] of layer.namedParameters()) await expectClose(parameter, array(`state_${key}`));
    const x = fromFixture(array('input'), true);
    const states = ['h0', 'h1']
      .filter((key) => fixture.has(`${name}/${key}`))
      .map((key) => fromFixture(array(key), true));
    const given = module.startsWith('LSTM') && states.length > 0 ? [states] : states;
    const results = flat(layer(x, ...given));
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
