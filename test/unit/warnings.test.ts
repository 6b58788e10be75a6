// What is allowed but most likely a mistake, as PyTorch warns of it: the gradient of a tensor that is no leaf, and a scheduler that steps first.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { forgetWarnings } from '../../src/engine/core/warnings';

const { lrScheduler } = optim;
const told = (): string[] => vi.mocked(console.warn).mock.calls.map(([message]) => message as string);

beforeEach(() => {
  forgetWarnings();
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => vi.mocked(console.warn).mockRestore());

describe('the gradient of a tensor that is no leaf', () => {
  const image = () => torch.ones(1, 4, { requiresGrad: true });

  test.each<[name: string, made: (x: Tensor) => Tensor]>([
    ['div', (x) => x.div(255)],
    ['exp', (x) => x.exp()],
    ['select', (x) => x.at(0)],
    ['view', (x) => x.reshape(2, 2)],
    ['relu', (x) => x.mul(2).relu_()],
  ])('made by %s is told once', (name, made) => {
    const x = made(image());
    x.sum().backward();
    expect([x.grad, x.grad]).toEqual([null, null]);
    expect(told()).toEqual([
      `grad: this tensor was made by ${name}, so it keeps no gradient; call x.retainGrad() before backward`,
    ]);
  });

  test('is there after retainGrad, and nothing is told of leaves, constants and disposed tensors', () => {
    const leaf = image();
    const x = leaf.div(255);
    x.retainGrad();
    expect(x.grad).toBeNull();
    x.sum().backward();
    expect(x.grad).not.toBeNull();
    const gone = leaf.mul(2);
    gone.dispose();
    expect([torch.ones(2).grad, leaf.detach().grad, gone.grad, new nn.Linear(2, 2).weight.grad]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(told()).toEqual([]);
  });
});

describe('a scheduler', () => {
  const make = () => new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 0.1 });
  const message = (name: string) =>
    `${name}.step: expected optimizer.step() before it, but the optimizer has not stepped since it got a scheduler, so the first learning rate is skipped; call optimizer.step() first`;

  test('that steps before its optimizer is told once', () => {
    const optimizer = make();
    const scheduler = new lrScheduler.StepLR(optimizer, { stepSize: 3 });
    scheduler.step();
    scheduler.step();
    expect(told()).toEqual([message('StepLR')]);
  });

  test('is told though the optimizer had stepped before it was made, as in PyTorch', () => {
    const optimizer = make();
    optimizer.step();
    new lrScheduler.ExponentialLR(optimizer, { gamma: 0.5 }).step();
    expect(told()).toEqual([message('ExponentialLR')]);
  });

  test('in a chain is told by its own name', () => {
    new lrScheduler.ChainedScheduler([new lrScheduler.LambdaLR(make(), (epoch) => epoch)]).step();
    expect(told()).toEqual([message('LambdaLR')]);
  });

  test.each<[name: string, run: (optimizer: optim.SGD) => void]>([
    [
      'its optimizer',
      (optimizer) => {
        const scheduler = new lrScheduler.StepLR(optimizer, { stepSize: 3 });
        optimizer.step();
        scheduler.step();
      },
    ],
    [
      'an optimizer with an older scheduler',
      (optimizer) => {
        const older = new lrScheduler.ExponentialLR(optimizer, { gamma: 0.5 });
        optimizer.step();
        new lrScheduler.LinearLR(optimizer).step();
        older.step();
      },
    ],
    ['nothing, as ReduceLROnPlateau may', (optimizer) => new lrScheduler.ReduceLROnPlateau(optimizer).step(1)],
    [
      'a state that it was loaded with',
      (optimizer) => {
        const scheduler = new lrScheduler.StepLR(optimizer, { stepSize: 3 });
        optimizer.step();
        scheduler.step();
        const resumed = new lrScheduler.StepLR(make(), { stepSize: 3 });
        resumed.loadStateDict(scheduler.stateDict());
        resumed.step();
      },
    ],
  ])('that steps after %s is not told', (_, run) => {
    run(make());
    expect(told()).toEqual([]);
  });
});
