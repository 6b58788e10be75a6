// The kernel as fields that one types into, and the classic ones.
import { make } from '../../ui/dom';
import { inAddress, keepInAddress } from '../../ui/kept';
import type { Reading } from '../page';

export const KERNELS: Readonly<Record<string, { readonly label: string; readonly rows: readonly number[] }>> = {
  edges: { label: 'Edges, upright (Sobel)', rows: [1, 0, -1, 2, 0, -2, 1, 0, -1] },
  level: { label: 'Edges, level (Sobel)', rows: [1, 2, 1, 0, 0, 0, -1, -2, -1] },
  outline: { label: 'Outline (Laplace)', rows: [0, 1, 0, 1, -4, 1, 0, 1, 0] },
  sharpen: { label: 'Sharpen', rows: [0, -1, 0, -1, 5, -1, 0, -1, 0] },
  blur: { label: 'Blur (box)', rows: Array<number>(9).fill(1 / 9) },
  gauss: { label: 'Blur (Gauss)', rows: [1, 2, 1, 2, 4, 2, 1, 2, 1].map((value) => value / 16) },
  emboss: { label: 'Emboss', rows: [-2, -1, 0, -1, 1, 1, 0, 1, 2] },
  identity: { label: 'Nothing changes', rows: [0, 0, 0, 0, 1, 0, 0, 0, 0] },
};

export class KernelEditor {
  /** Channels of the output, and those that each reads. */
  shape = { channels: 1, perGroup: 1 };
  readonly #fields: HTMLInputElement[];

  constructor(
    root: HTMLElement,
    private readonly changed: () => void,
  ) {
    this.#fields = Array.from({ length: 9 }, (_, i) => {
      const field = make('input', { type: 'number', step: 'any', className: 'number' });
      field.setAttribute('aria-label', `Row ${Math.floor(i / 3) + 1}, column ${(i % 3) + 1}`);
      field.addEventListener('input', () => {
        keepInAddress('kernel', this.#values.join(','));
        this.changed();
      });
      return field;
    });
    root.append(...this.#fields);
  }

  get #values(): number[] {
    return this.#fields.map(({ valueAsNumber }) => (Number.isFinite(valueAsNumber) ? valueAsNumber : 0));
  }

  /** Shows a classic kernel; the one of the address, where it has its own, comes first. */
  set(rows: readonly number[]): void {
    const own = inAddress('kernel')?.split(',').map(Number);
    const isOwn = own?.length === 9 && own.every(Number.isFinite) && this.#fields[0]?.value === '';
    const values = isOwn ? own : rows;
    if (!isOwn) keepInAddress('kernel', null);
    this.#fields.forEach((field, i) => {
      field.value = String(Number((values[i] ?? 0).toFixed(4)));
    });
  }

  /** The same kernel for each channel. */
  get reading(): Reading {
    const { channels, perGroup } = this.shape;
    const values = this.#values;
    return {
      shape: [channels, perGroup, 3, 3],
      data: Float32Array.from({ length: channels * perGroup * 9 }, (_, i) => values[i % 9] ?? 0),
    };
  }
}
