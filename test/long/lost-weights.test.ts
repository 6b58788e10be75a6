// A training whose device is lost, at every moment of a step and of other calls, and what goes on afterwards.
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { describe, expect, test, vi } from 'vitest';
import {
  areEqual,
  averagesOf,
  listenForLosses,
  lose,
  numbersOf,
  retried,
  stateOf,
  told,
  trainer,
} from '../support/losing';

listenForLosses();

test('snapshots write over those before the last, and over nothing that has been restored', async () => {
  const { model, optimizer, step } = trainer();
  const states: number[][][] = [];
  let at = 0;
  for (let round = 0; round < 2; round++) {
    for (const end = at + 6; at < end; at += 2) {
      step(at);
      step(at + 1);
      await torch.gpu.snapshot();
      states.push(await stateOf(model));
    }
    step(at);
    await torch.synchronize();
    await lose();
    const { result } = await retried(() => stateOf(model));
    expect(result).toEqual(states.at(-1));
    expect(told[round]!.restoredTo.get(optimizer)).toBe(at);
    expect(await numbersOf(averagesOf(optimizer))).toHaveLength(12);
  }
  const undisturbed = trainer();
  for (let i = 0; i < at; i++) undisturbed.step(i);
  expect(await stateOf(undisturbed.model)).toEqual(states.at(-1));
});

describe('a device lost', () => {
  test('before anything has run on it, leaves the first weights', async () => {
    const { model, step } = trainer();
    const before = await stateOf(trainer().model);
    await lose();
    const { result } = await retried(() => stateOf(model));
    expect(result).toEqual(before);
    expect(Number.isFinite(await step(0).item())).toBe(true);
  });

  test.each([
    ['warmup', (fn: () => unknown) => torch.warmup(fn)],
    ['explain', (fn: () => unknown) => torch.gpu.explain(fn)],
    ['tune', (fn: () => unknown) => torch.gpu.tune(fn, { budget: 1000 })],
  ])('during %s, is a typed error, and the first weights stay', async (_, call) => {
    const { model, step } = trainer();
    const before = await stateOf(trainer().model);
    const calling = expect(call(() => void step(0))).rejects.toThrow(torch.DeviceLostError);
    torch.gpu.device()!.destroy();
    await calling;
    const { errors, result } = await retried(() => stateOf(model));
    expect(errors).toHaveLength(0);
    expect(result).toEqual(before);
    expect(Number.isFinite(await step(0).item())).toBe(true);
  });

  test.each(['zeroGrad', 'forward', 'backward', 'step', 'read'])(
    'after %s in a step, takes no weights',
    async (point) => {
      const momentum = (params: nn.Parameter[]) => new optim.SGD(params, { lr: 0.1, momentum: 0.9 });
      const { model, optimizer, step, batches } = trainer(momentum);
      for (let i = 0; i < 3; i++) step(i);
      await torch.gpu.snapshot();
      const before = await stateOf(model);
      const { inputs, labels } = batches[3]!;
      const at = (place: string) => (place === point ? lose() : undefined);
      const whole = async () => {
        optimizer.zeroGrad();
        await at('zeroGrad');
        const loss = new nn.CrossEntropyLoss()(model(inputs), labels);
        await at('forward');
        loss.backward();
        await at('backward');
        optimizer.step();
        await at('step');
        const reading = loss.item();
        await at('read');
        return reading;
      };
      await expect(whole()).rejects.toThrow(torch.DeviceLostError);
      expect(await stateOf(model)).toEqual(before);
      const losses = [await step(3).item(), await step(4).item()];
      const other = trainer(momentum);
      const expected: number[] = [];
      for (let i = 0; i < 5; i++) expected.push(await other.step(i).item());
      expect(losses).toEqual(expected.slice(3));
      expect(told).toHaveLength(1);
    },
  );

  test('during a snapshot, leaves the one before', async () => {
    const { model, optimizer, step } = trainer();
    for (let i = 0; i < 2; i++) step(i);
    await torch.gpu.snapshot();
    const before = await stateOf(model);
    step(2);
    await torch.synchronize();
    const taking = torch.gpu.snapshot().catch((error: unknown) => error);
    await Promise.resolve();
    torch.gpu.device()!.destroy();
    const outcome = await taking;
    const { result } = await retried(() => stateOf(model));
    if (told[0]!.restoredTo.get(optimizer) === 2) expect(result).toEqual(before);
    else expect(outcome).toBeUndefined();
    expect(Number.isFinite(await step(3).item())).toBe(true);
  });

  test('twice in a row, takes no weights', async () => {
    const { model, step } = trainer();
    step(0);
    await torch.gpu.snapshot();
    const before = await stateOf(model);
    for (let round = 0; round < 2; round++) {
      await torch.init();
      await lose();
      await expect(step(1).item()).rejects.toThrow(torch.DeviceLostError);
      expect(await stateOf(model)).toEqual(before);
    }
    expect(told).toHaveLength(2);
    expect(Number.isFinite(await step(1).item())).toBe(true);
  });
});

describe('after a loss', () => {
  test('steps on a batch of the lost device fail, and leave weights and statistics as they are', async () => {
    const { model, stepOn, batches } = trainer();
    const { labels } = batches[0]!;
    for (let i = 0; i < 2; i++) await stepOn(batches[0]!.inputs.mul(2), labels).item();
    await torch.gpu.snapshot();
    const inputs = batches[0]!.inputs.mul(2);
    await inputs.sum().item();
    const before = await stateOf(model);
    await lose();
    await expect(stepOn(inputs, labels).item()).rejects.toThrow(/GPU device was lost/);
    for (let i = 0; i < 2; i++) {
      const error = await stepOn(inputs, labels)
        .item()
        .catch((error: unknown) => error);
      expect(error).toBeInstanceOf(torch.DeviceLostError);
      expect((error as Error).message).toMatch(
        /a tensor of shape \[10, 4\] was on a GPU device that has been lost; make it/,
      );
    }
    expect(await stateOf(model)).toEqual(before);
    expect(Number.isFinite(await stepOn(batches[1]!.inputs, labels).item())).toBe(true);
    expect(await stateOf(model)).not.toEqual(before);
  });

  test('a model is whole again after loadStateDict, in the midst of failing steps too', async () => {
    const { model, stepOn, step, batches } = trainer();
    const saved = Object.fromEntries(
      await Promise.all(
        Object.entries(model.stateDict()).map(async ([name, x]) => {
          const { dtype, shape } = x;
          return [name, torch.tensor(await x.data(), { dtype }).reshape(shape)] as const;
        }),
      ),
    );
    const before = await stateOf(model);
    const inputs = batches[0]!.inputs.mul(2);
    for (let i = 0; i < 3; i++) stepOn(inputs, batches[0]!.labels);
    await torch.synchronize();
    await lose();
    await expect(stepOn(inputs, batches[0]!.labels).item()).rejects.toThrow(torch.DeviceLostError);
    stepOn(inputs, batches[0]!.labels);
    model.loadStateDict(saved);
    // That the step before was not taken is told once.
    await expect(torch.synchronize()).rejects.toThrow(/shape \[10, 4\] was on a GPU device that has been lost/);
    expect(await stateOf(model)).toEqual(before);
    expect(Number.isFinite(await step(0).item())).toBe(true);
  });

  test('a listener may read at once, and one that was taken away is not called', async () => {
    const { model, step } = trainer();
    step(0);
    await torch.gpu.snapshot();
    const before = await stateOf(model);
    const never = vi.fn();
    torch.gpu.onLost(never)();
    let seen: Promise<number[][]> | null = null;
    const stopReading = torch.gpu.onLost(() => {
      seen = stateOf(model);
    });
    await lose();
    expect(await seen).toEqual(before);
    stopReading();
    await expect(torch.synchronize()).rejects.toThrow(torch.DeviceLostError);
    expect(never).not.toHaveBeenCalled();
  });

  test('a model whose weights stand on the host since an earlier loss holds up no snapshot of another', async () => {
    const idle = new nn.Linear(4, 2);
    const run = async () => torch.noGrad(() => idle(torch.ones(1, 4)).sum()).item();
    const before = await run();
    await lose();
    await run().catch(() => {});
    for (let i = 0; i < 3; i++) expect(await run()).toBe(before);
    await lose();
    await torch
      .ones(1)
      .add(1)
      .item()
      .catch(() => {});
    told.length = 0;
    const { optimizer, step } = trainer();
    for (let i = 0; i < 3; i++) step(i);
    await torch.gpu.snapshot();
    await lose();
    await expect(step(3).item()).rejects.toThrow(torch.DeviceLostError);
    expect(told[0]!.restoredTo.get(optimizer)).toBe(3);
    expect(await run()).toBe(before);
  });

  test('a loss under default limits and without subgroups leaves a state of several pieces whole', async () => {
    const plain = async () => {
      const adapter = await navigator.gpu.requestAdapter();
      return adapter!.requestDevice();
    };
    await torch.init({ device: await plain() });
    torch.manualSeed(0);
    const model = new nn.Linear(1200, 1000);
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const step = () => {
      optimizer.zeroGrad();
      const loss = model(torch.ones(2, 1200)).square().mean();
      loss.backward();
      optimizer.step();
      return loss;
    };
    for (let i = 0; i < 3; i++) step();
    await torch.gpu.snapshot();
    const state = async () => [await model.weight.data(), ...(await numbersOf(averagesOf(optimizer)))];
    const byStep = new Map([[3, await state()]]);
    step();
    // Where reading took long, a snapshot of this step was due.
    byStep.set(4, await state());
    await lose();
    await expect(step().item()).rejects.toThrow(torch.DeviceLostError);
    const expected = byStep.get(told[0]!.restoredTo.get(optimizer)!)!;
    const back = await state();
    expect(back.map((numbers, i) => areEqual(numbers, expected[i]!))).toEqual([true, true, true, true, true]);
    expect(Number.isFinite(await step().item())).toBe(true);
  });
});
