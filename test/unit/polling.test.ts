import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Polling } from '../../src/engine/gpu/polling';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0';
const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A queue that counts, in a browser that calls itself so. */
function polling(userAgent: string) {
  vi.stubGlobal('navigator', { userAgent });
  const submit = vi.fn();
  return { submit, polling: new Polling({ submit }) };
}

test('in Firefox the queue is nudged while somebody waits, by submits of nothing', () => {
  const { submit, polling: waits } = polling(firefox);
  vi.advanceTimersByTime(20);
  expect(submit).not.toHaveBeenCalled();
  waits.begin();
  waits.begin();
  vi.advanceTimersByTime(10);
  expect(submit).toHaveBeenCalledTimes(10);
  expect(submit).toHaveBeenCalledWith([]);
  waits.end();
  vi.advanceTimersByTime(10);
  expect(submit).toHaveBeenCalledTimes(20);
  waits.end();
  vi.advanceTimersByTime(100);
  expect(submit).toHaveBeenCalledTimes(20);
  waits.begin();
  vi.advanceTimersByTime(2);
  expect(submit).toHaveBeenCalledTimes(22);
  waits.end();
});

test('a wait that is over within a millisecond takes no submit', () => {
  const { submit, polling: waits } = polling(firefox);
  waits.begin();
  waits.end();
  vi.advanceTimersByTime(10);
  expect(submit).not.toHaveBeenCalled();
});

test.each([chrome, 'Node.js/20'])('elsewhere nothing is submitted: %s', (userAgent) => {
  const { submit, polling: waits } = polling(userAgent);
  waits.begin();
  vi.advanceTimersByTime(10);
  expect(submit).not.toHaveBeenCalled();
});
