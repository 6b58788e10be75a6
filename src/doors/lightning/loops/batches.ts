// Batch handling that all loops share: calls the hooks that may change a batch, and runs steps without gradients.
import { recordingMode as mode, webgpu, withMode } from '../../../torch/inside';
import { type Awaitable, isPromise } from '../awaitable';
import type { Run } from './run';

/** The batch after the transfer hooks. */
export async function transferred(trainer: Run, given: unknown, dataloaderIdx: number): Promise<unknown> {
  const { hooks } = trainer;
  let batch = given;
  const source = trainer.transferSource;
  for (const name of ['onBeforeBatchTransfer', 'transferBatchToDevice', 'onAfterBatchTransfer'] as const) {
    if (!source[name]) continue;
    const args = name === 'transferBatchToDevice' ? [batch, webgpu, dataloaderIdx] : [batch, dataloaderIdx];
    batch =
      source === trainer.lightningModule
        ? await hooks.module(name, args)
        : await Reflect.apply(source[name] as (...args: unknown[]) => unknown, source, args);
  }
  return batch;
}

/** Runs a step without gradients, including the code after its awaits. */
export function withoutGrad<T>(fn: () => Awaitable<T>): Awaitable<T> {
  const result = withMode({ grad: false }, fn);
  if (!isPromise(result)) return result;
  const before = mode.grad;
  mode.grad = false;
  return (result as Promise<T>).finally(() => {
    mode.grad = before;
  });
}
