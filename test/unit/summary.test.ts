// Checks torch.summary against torchinfo's tables, character by character.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test, vi } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { CNNModel, LargeNet } from '../support/models';

interface TableCase extends FixtureCase {
  readonly model: keyof typeof models;
  readonly size: readonly number[] | null;
  readonly options: Parameters<typeof torch.summary>[2];
  readonly text: string;
}

class Shared extends nn.Module {
  a = new nn.Linear(4, 4);
  b = new nn.ReLU();
  p = new nn.Parameter(torch.zeros(3));
  forward(x: Tensor) {
    return this.b(this.a(this.b(this.a(x))));
  }
}

const models = {
  CNNModel: () => new CNNModel(),
  LargeNet: () => new LargeNet(),
  Shared: () => new Shared(),
  nested: () =>
    new nn.Sequential(
      new nn.Linear(4, 8),
      new nn.Sequential(new nn.ReLU(), new nn.Sequential(new nn.Linear(8, 8), new nn.BatchNorm1d(7))),
      new nn.LSTM(8, 5, 2) as unknown as nn.UnaryModule,
    ),
  frozen: () => {
    const model = new nn.Sequential(
      new nn.Conv2d(1, 4, 3, { padding: 1 }),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Linear(64, 10),
      new nn.Dropout(0.1),
    );
    (model[4] as nn.Linear).weight.requiresGrad_(false);
    model[0]!.requiresGrad_(false);
    return model;
  },
};

const { cases } = await loadFixture<TableCase>('summary');

describe('summary prints what torchinfo prints', () => {
  test.each(cases)('$name', ({ model, size, options, text }) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      expect(String(torch.summary(models[model](), size, { verbose: 0, ...options }))).toBe(text);
    } finally {
      log.mockRestore();
    }
  });
});

describe('summary', () => {
  test('prints unless told not to, and leaves the model as it was', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const model = new CNNModel();
    model.eval();
    model.train();
    const result = torch.summary(model, [2, 1, 28, 28]);
    expect(log).toHaveBeenCalledExactlyOnceWith(String(result));
    log.mockRestore();
    expect(model.modules().every(({ training }) => training)).toBe(true);
    expect(Object.hasOwn(model, 'forward')).toBe(false);
    expect(result.totalParams).toBe(model.parameters().reduce((sum, p) => sum + p.numel(), 0));
  });

  test('takes several inputs, given or by size, and says what it lacks', () => {
    const bilinear = new nn.Bilinear(2, 3, 4);
    const sizes = torch.summary(
      bilinear,
      [
        [5, 2],
        [5, 3],
      ],
      { verbose: 0 },
    );
    const data = torch.summary(bilinear, null, { inputData: [torch.ones(5, 2), torch.ones(5, 3)], verbose: 0 });
    expect(String(data)).toBe(String(sizes));
    expect(() => torch.summary(bilinear, null, { colNames: ['outputSize'] })).toThrow(/inputSize or inputData/);
    expect(() => torch.summary(bilinear, [5, 0])).toThrow(/sizes above 0/);
  });
});
