// Owns what is told of the GPU: its name, and its memory while cells run.
import { gpu } from 'lamplight';
import type { Memory } from '../protocol';
import type { Post } from './outputs';

/** Milliseconds between two looks at the memory. */
const PACE = 500;

export function memoryNow(): Memory {
  const { liveBytes, pooledBytes, peakBytes } = gpu.stats();
  return { live: liveBytes, pooled: pooledBytes, peak: peakBytes };
}

export class GpuWatch {
  #isKnown = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly post: Post) {}

  /** A run begins. */
  begin(): void {
    gpu.resetPeak();
    this.#timer = setInterval(() => {
      this.#introduce();
      this.post({ type: 'memory', memory: memoryNow() });
    }, PACE);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#introduce();
  }

  /** Says what computes, as soon as that is known. */
  #introduce(): void {
    const adapter = this.#isKnown ? null : gpu.adapterInfo();
    if (!adapter) return;
    this.#isKnown = true;
    const { kind, vendor, architecture, description } = adapter;
    const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'GPU';
    this.post({ type: 'adapter', name, software: kind === 'software' });
  }

  /** Another device comes after one that was lost. */
  forget(): void {
    this.#isKnown = false;
  }
}
