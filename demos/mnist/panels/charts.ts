// The two curves of a run: loss and accuracy, over epochs, while training and on the test set after each epoch.

import { byId, formatShare } from 'lamplight-notebook/ui/dom';
import { type CurveSeries, Curves } from '../../ui/curves';
import type { EpochResult } from '../protocol';

const loss = (value: number) => value.toFixed(3);
const share = (value: number) => formatShare(value);
const series = (format: (value: number) => string): CurveSeries[] => [
  { label: 'training batches', color: '--dusk', line: true, format },
  { label: 'test set', color: '--flame', line: false, format },
];

export class ChartsPanel {
  private readonly loss = new Curves(byId('loss-plot', HTMLElement), byId('loss-keys', HTMLElement), {
    series: series(loss),
    x: 'epochs',
    y: 'loss',
    describe: 'Loss by epoch',
    range: (_low, high) => [0, Math.max(0.1, high * 1.05)],
  });
  private readonly accuracy = new Curves(byId('accuracy-plot', HTMLElement), byId('accuracy-keys', HTMLElement), {
    series: series(share),
    x: 'epochs',
    y: 'accuracy',
    describe: 'Accuracy by epoch',
    // Once the network is good, what is interesting lies near the top.
    range: (low) => [low > 0.85 ? 0.8 : low > 0.55 ? 0.5 : 0, 1],
    tick: (value) => `${Math.round(100 * value)}%`,
  });

  addSteps(first: number, losses: readonly number[], accuracies: readonly number[], stepsPerEpoch: number): void {
    losses.forEach((value, i) => {
      const x = (first + i + 1) / stepsPerEpoch;
      this.loss.add(x, [value, null]);
      const accuracy = accuracies[i];
      if (accuracy !== undefined) this.accuracy.add(x, [accuracy, null]);
    });
    this.loss.draw();
    this.accuracy.draw();
  }

  addEpoch({ testLoss, testAccuracy }: EpochResult): void {
    this.loss.amendLast([null, testLoss]);
    this.accuracy.amendLast([null, testAccuracy]);
    this.loss.draw();
    this.accuracy.draw();
  }

  clear(): void {
    this.loss.clear();
    this.accuracy.clear();
  }
}
