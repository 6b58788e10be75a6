// By how many runs a program is ahead of its device: when it is held, and when it is told.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Queue } from '../../src/engine/gpu/queue';
import { RunAhead } from '../../src/engine/gpu/run-ahead';

/** A device that answers when it is told to. */
function slowDevice() {
  const answers: (() => void)[] = [];
  const finished = () =>
    new Promise<void>((resolve) => {
      answers.push(resolve);
    });
  const runAhead = new RunAhead({ finished } as unknown as Queue);
  const answer = async (count = answers.length) => {
    for (const resolve of answers.splice(0, count)) resolve();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { runAhead, answers, answer };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Whether a promise is fulfilled once the microtasks that are due have run. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return done;
}

test('while a read is under way, a program is held until the device is two runs behind, wherever it first waits', async () => {
  const { runAhead, answer } = slowDevice();
  let read = () => {};
  void runAhead.reading(
    new Promise<void>((resolve) => {
      read = resolve;
    }),
  );
  expect(runAhead.isAwaited).toBe(true);
  for (let run = 0; run < 5; run++) runAhead.ran();
  const held = runAhead.settle(2);
  await answer(2);
  expect(await isDone(held)).toBe(false);
  await answer(1);
  expect(await isDone(held)).toBe(true);
  read();
  await vi.advanceTimersByTimeAsync(0);
  expect(runAhead.isAwaited).toBe(false);
});

/** A loop that makes so many runs a turn of the event loop, each of so many milliseconds. */
async function loop(runAhead: RunAhead, turns: number, { runs = 10, milliseconds = 5 } = {}): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    for (let run = 0; run < runs; run++) {
      vi.setSystemTime(Date.now() + milliseconds);
      vi.advanceTimersByTime(0);
      runAhead.ran();
    }
    await vi.advanceTimersByTimeAsync(runs * milliseconds);
  }
}

test('a loop that waits for timers alone is told once how far ahead it is', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const { runAhead } = slowDevice();
  await loop(runAhead, 60);
  expect(warn.mock.calls).toEqual([
    [
      expect.stringMatching(
        /^Lamplight: the program is \d+ runs, or 1\.\d s, ahead of the GPU.*await loss\.item\(\), or await torch\.synchronize\(\)\.$/,
      ),
    ],
  ]);
});

test('nobody is told whose device keeps pace, who makes few runs, or who has not let it answer', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const quick = slowDevice();
  for (let i = 0; i < 40; i++) {
    await loop(quick.runAhead, 1);
    await quick.answer();
  }
  await loop(slowDevice().runAhead, 40, { runs: 1, milliseconds: 200 });
  const { runAhead } = slowDevice();
  for (let run = 0; run < 2000; run++) {
    vi.setSystemTime(Date.now() + 5);
    runAhead.ran();
  }
  expect(warn).not.toHaveBeenCalled();
});
