// The drawing panel: the pad, the 28×28 picture the network sees, and its ten probabilities.

import { toMnist } from 'lamplight-notebook/mnist/digit';
import { byId, formatShare, make } from 'lamplight-notebook/ui/dom';
import { onThemeChange } from 'lamplight-notebook/ui/theme';
import { paintLamps } from '../../ui/lamps';
import { CLASSES, type Phase, SIDE } from '../protocol';
import { Pad } from './pad';

export class DrawPanel {
  private readonly seen = byId('seen', HTMLCanvasElement);
  private readonly state = byId('draw-state', HTMLElement);
  private readonly list = byId('probabilities', HTMLElement);
  private readonly bars: { item: HTMLElement; bar: HTMLElement; number: HTMLElement }[] = [];
  private pixels: Float32Array | null = null;
  private trained = false;
  private training = false;

  /** `drawn` receives the 28×28 picture after every change, or null for an empty pad. */
  constructor(drawn: (pixels: Float32Array | null) => void) {
    for (let digit = 0; digit < CLASSES; digit++) {
      const bar = make('span');
      const number = make('span', { className: 'number' });
      const item = make('li', {}, String(digit), make('div', { className: 'track' }, bar), number);
      this.bars.push({ item, bar, number });
      this.list.append(item);
    }
    new Pad((drawing) => {
      this.pixels = drawing && toMnist(drawing);
      this.paint();
      if (!this.pixels) this.show(null);
      drawn(this.pixels);
    });
    const repaint = () => this.paint();
    onThemeChange(repaint);
    new ResizeObserver(repaint).observe(this.seen);
    this.show(null);
  }

  setPhase(phase: Phase, trained: boolean): void {
    this.training = phase === 'training' || phase === 'evaluating';
    this.trained = trained;
    if (!trained || !this.pixels) this.show(null);
  }

  /** Says whether other probabilities are on their way. */
  setBusy(busy: boolean): void {
    this.list.ariaBusy = String(busy);
  }

  /** Shows ten probabilities, or none. */
  show(probabilities: Float32Array | null): void {
    const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
    this.bars.forEach(({ item, bar, number }, digit) => {
      const share = probabilities?.[digit] ?? 0;
      item.classList.toggle('best', digit === best);
      bar.style.width = `${(100 * share).toFixed(1)}%`;
      number.textContent = probabilities ? formatShare(share) : '';
    });
    if (probabilities && best >= 0) {
      // While training goes on the certainty changes all the time: the bars show it, and only another digit is news.
      const certainty = this.training ? '' : `, with ${formatShare(probabilities[best] ?? 0)} certainty`;
      this.say(`It reads ${best}${certainty}.`);
    } else if (!this.trained) {
      this.say('Train the network first; it has not seen a digit yet.');
    } else {
      this.say(this.pixels ? 'Reading…' : 'Ready to read: draw any digit.');
    }
  }

  /** Writes the line that screen readers say aloud whenever it changes. */
  private say(text: string): void {
    if (this.state.textContent !== text) this.state.textContent = text;
  }

  private paint(): void {
    paintLamps(this.seen, this.pixels ?? new Float32Array(SIDE * SIDE), SIDE);
  }
}
