// A worker that comes to its end in one way or another.
import { expose } from 'lamplight/worker';

export const doomed = expose({
  never: (): Promise<void> => new Promise(() => undefined),
  echo: (value: unknown): unknown => value,
  close: (): void => self.close(),
  throwLater: (): void =>
    void setTimeout(() => {
      throw new RangeError('nothing catches it');
    }),
});
