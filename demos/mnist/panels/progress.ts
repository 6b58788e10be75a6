// The strip of figures above the charts: epoch, batch, speed, time left, and the accuracy that also feeds the lamp.
import { byId, formatCount, formatSeconds, formatShare } from 'lamplight-notebook/ui/dom';
import type { Progress } from '../protocol';

const EMPTY = '–';

export class ProgressPanel {
  private readonly epoch = byId('progress-epoch', HTMLElement);
  private readonly step = byId('progress-step', HTMLElement);
  private readonly rate = byId('progress-rate', HTMLElement);
  private readonly left = byId('progress-left', HTMLElement);
  private readonly accuracy = byId('progress-accuracy', HTMLElement);
  private readonly track = byId('progress-track', HTMLElement);

  show({ epoch, epochs, step, steps, imagesPerSecond, secondsLeft }: Progress): void {
    this.epoch.textContent = `${epoch + 1} of ${epochs}`;
    this.step.textContent = `${step} of ${steps}`;
    this.rate.textContent = imagesPerSecond > 0 ? formatCount(imagesPerSecond) : EMPTY;
    this.left.textContent = formatSeconds(secondsLeft);
    this.fill(step / steps);
  }

  showAccuracy(share: number): void {
    this.accuracy.textContent = formatShare(share, 2);
    // From chance (one in ten) upward the lamp burns brighter, steepest near perfection.
    const above = Math.max(0, (share - 0.1) / 0.9);
    document.documentElement.style.setProperty('--glow', (0.15 + 0.85 * above ** 3).toFixed(3));
  }

  clear(): void {
    for (const element of [this.epoch, this.step, this.rate, this.left, this.accuracy]) element.textContent = EMPTY;
    document.documentElement.style.setProperty('--glow', '0.15');
    this.fill(0);
  }

  private fill(share: number): void {
    const percent = Math.round(100 * share);
    this.track.setAttribute('aria-valuenow', String(percent));
    const bar = this.track.firstElementChild;
    if (bar instanceof HTMLElement) bar.style.width = `${percent}%`;
  }
}
