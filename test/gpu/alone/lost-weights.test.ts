// What is left of a training whose device is lost: a model that can be read, saved and trained on. Drills at further moments: test/long.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { describe, expect, test, vi } from 'vitest';
import { averagesOf, listenForLosses, lose, numbersOf, retried, stateOf, told, trainer } from '../../support/losing';

listenForLosses();

test('a loop that reads nothing back comes back at most 100 steps earlier, is told so once, and goes on as if nothing had been', async () => {
  const undisturbed = trainer();
  const losses: number[] = [];
  for (let i = 0; i < 20; i++) losses.push(await undisturbed.step(i).item());

  const { model, optimizer, step } = trainer();
  const { snapshots } = torch.gpu.stats();
  for (let i = 0; i < 8; i++) step(i);
  // The eighth step has had what copies loaded, which comes when it comes.
  await vi.waitUntil(() => torch.gpu.stats().snapshots > snapshots, { timeout: 60_000 });
  await lose();
  const { errors, result } = await retried(() => stateOf(model));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toBeInstanceOf(torch.DeviceLostError);
  expect(told).toHaveLength(1);
  expect(told[0]!.error).toBe(errors[0]);
  const at = told[0]!.restoredTo.get(optimizer)!;
  expect(at).toBeGreaterThan(0);
  expect(at).toBeLessThanOrEqual(8);
  expect((errors[0] as Error).message).toMatch(/Weights are restored to their last snapshot/);
  expect(result.flat().every(Number.isFinite)).toBe(true);
  const after: number[] = [];
  for (let i = at; i < 20; i++) after.push(await step(i).item());
  expect(after).toEqual(losses.slice(at));
});

test('weights, statistics and Adam’s averages and counts are those of the snapshot', async () => {
  const { model, optimizer, step } = trainer();
  for (let i = 0; i < 5; i++) step(i);
  await torch.gpu.snapshot();
  const before = await stateOf(model);
  const averages = await numbersOf(averagesOf(optimizer));
  for (let i = 5; i < 9; i++) step(i);
  await torch.synchronize();
  expect(await stateOf(model)).not.toEqual(before);
  await lose();
  const { result } = await retried(() => stateOf(model));
  expect(result).toEqual(before);
  expect(told[0]!.restoredTo.get(optimizer)).toBe(5);
  expect(await numbersOf(averagesOf(optimizer))).toEqual(averages);
  expect([...optimizer.state.values()].map(({ step }) => step)).toEqual(new Array(6).fill(5));
});

describe('a device lost', () => {
  test('while the first step is compiled, leaves the first weights', async () => {
    const { model, optimizer, step } = trainer();
    const before = await stateOf(trainer().model);
    const loss = step(0);
    const reading = expect(loss.item()).rejects.toThrow(torch.DeviceLostError);
    torch.gpu.device()!.destroy();
    await reading;
    expect(await stateOf(model)).toEqual(before);
    expect(told[0]!.restoredTo.get(optimizer)).toBe(0);
    const losses = [await step(0).item(), await step(1).item()];
    const other = trainer();
    expect(losses).toEqual([await other.step(0).item(), await other.step(1).item()]);
  });
});

describe('after a loss', () => {
  test('gradients are none, and those that are held say what became of them', async () => {
    const { model, step } = trainer();
    await step(0).item();
    const [parameter] = model.parameters();
    const held = parameter!.grad!;
    await lose();
    await torch.synchronize().catch(() => {});
    expect(parameter!.grad).toBeNull();
    await expect(held.data()).rejects.toThrow(torch.DeviceLostError);
    expect(Number.isFinite(await step(1).item())).toBe(true);
  });

  test('a tensor that only an optimizer knows, and a buffer of any module, come back too', async () => {
    torch.manualSeed(0);
    const w = torch.randn(3, { requiresGrad: true });
    const sgd = new optim.SGD([w], { lr: 0.1 });
    class Net extends nn.Module {
      declare seen: Tensor;
      constructor() {
        super();
        this.registerBuffer('seen', torch.zeros(2));
      }
      forward(x: Tensor) {
        this.seen.add_(1);
        return x.mul(w).sum();
      }
    }
    const net = new Net();
    for (let i = 0; i < 4; i++) {
      sgd.zeroGrad();
      (net as unknown as (x: Tensor) => Tensor)(torch.ones(3)).backward();
      sgd.step();
    }
    await torch.gpu.snapshot();
    const before = [...(await w.data())];
    await lose();
    await torch.synchronize().catch(() => {});
    expect([...(await w.data())]).toEqual(before);
    expect(await net.seen.tolist()).toEqual([4, 4]);
    expect(told[0]!.restoredTo.get(sgd)).toBe(4);
  });

  test('without an adapter the weights can be read and saved; with one again, nothing old is thrown', async () => {
    const { model, step } = trainer();
    for (let i = 0; i < 3; i++) step(i);
    await torch.gpu.snapshot();
    const before = await stateOf(model);
    const requestAdapter = vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null);
    await lose();
    await expect(step(3).item()).rejects.toThrow(torch.DeviceLostError);
    const { '0.weight': weight, '1.running_mean': mean } = await torch.load(await torch.saveBytes(model.stateDict()));
    expect(await numbersOf([weight!, mean!])).toEqual([before[0], before[4]]);
    expect(await stateOf(model)).toEqual(before);
    await expect(step(3).item()).rejects.toThrow(torch.WebGPUUnavailableError);
    await expect(model.parameters()[0]!.at(0).add(1).data()).rejects.toThrow(torch.WebGPUUnavailableError);
    expect((await model.parameters()[0]!.at(0).data())[0]).toBe(before[0]![0]);
    expect(await stateOf(model)).toEqual(before);
    requestAdapter.mockRestore();
    expect((await model.parameters()[0]!.at(0).data())[0]).toBe(before[0]![0]);
    expect(await stateOf(model)).toEqual(before);
    expect(Number.isFinite(await step(3).item())).toBe(true);
  });

  test('the plan of a program that waited on the lost device does not come to the next one', async () => {
    const x = torch.rand(3, 5);
    const program = (y: Tensor) => torch.rand(7, 5).matmul(y.t()).cos();
    const first = x.mul(2).sum().item();
    const waiting = program(x).data();
    torch.gpu.device()!.destroy();
    const [outcome] = await Promise.allSettled([first, waiting]);
    expect(outcome.status).toBe('rejected');
    const y = torch.rand(3, 5);
    await torch.warmup(() => void program(y));
    expect((await program(y).data()).every(Number.isFinite)).toBe(true);
  });

  test('reads under way fail together, and the next one works', async () => {
    const values = [torch.rand(4).mul(2), torch.rand(300_000).mul(2), torch.rand(4).sum()];
    await torch.synchronize();
    const reading = Promise.allSettled(values.map((value) => value.data()));
    torch.gpu.device()!.destroy();
    for (const outcome of await reading) {
      expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(torch.DeviceLostError);
    }
    for (let i = 0; i < 3; i++) expect(await torch.ones(2).add(i).tolist()).toEqual([1 + i, 1 + i]);
    expect(told).toHaveLength(1);
  });

  test('L-BFGS begins a history anew, and goes on', async () => {
    torch.manualSeed(0);
    const w = torch.tensor([3, -2], { dtype: 'float32', requiresGrad: true });
    const lbfgs = new optim.LBFGS([w], { maxIter: 2, maxEval: 10, lr: 0.1 });
    const step = async () => {
      const loss = await lbfgs.step(async () => {
        lbfgs.zeroGrad();
        const loss = w.square().sum();
        loss.backward();
        return loss;
      });
      return loss.item();
    };
    const first = await step();
    await step();
    await torch.gpu.snapshot();
    const before = [...(await w.data())];
    await lose();
    await expect(step()).rejects.toThrow(torch.DeviceLostError);
    expect([...(await w.data())]).toEqual(before);
    expect(told[0]!.restoredTo.get(lbfgs)).toBe(4);
    const next = await step();
    expect(next).toBeLessThan(first);
    expect(await step()).toBeLessThan(next);
  });
});
