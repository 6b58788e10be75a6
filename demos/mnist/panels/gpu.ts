// The line of figures at the foot of the page: the adapter, what a step asks of it, and how much memory is held.
import { byId, formatBytes } from 'lamplight-notebook/ui/dom';
import type { GpuNumbers } from '../protocol';

export class GpuPanel {
  private readonly line = byId('gpu', HTMLElement);
  private readonly head = byId('adapter', HTMLElement);
  private adapter = '';

  setAdapter(adapter: string, software: boolean): void {
    const note = software ? `${adapter}: a processor, which does the work of a GPU` : adapter;
    this.adapter = note;
    this.head.textContent = note;
    this.head.title = note;
    this.line.textContent = note;
  }

  show({ perStep, liveBytes, peakBytes }: GpuNumbers): void {
    const parts = [this.adapter];
    if (perStep) {
      const { dispatches, submits, buffersCreated } = perStep;
      parts.push(
        `${count(dispatches, 'dispatch', 'dispatches')}, ${count(submits, 'submit')} and ${count(buffersCreated, 'new buffer')} a step`,
      );
    }
    parts.push(`${formatBytes(liveBytes)} live, ${formatBytes(peakBytes)} at the peak`);
    this.line.textContent = parts.filter(Boolean).join(' · ');
  }
}

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
