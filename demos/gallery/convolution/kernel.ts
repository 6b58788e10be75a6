// The kernel as fields that one types into.
import { classic, framed, type Side } from 'lamplight-notebook/panels/kernels';
import { make } from 'lamplight-notebook/ui/dom';
import { inAddress, keepInAddress } from 'lamplight-notebook/ui/kept';
import type { Reading } from '../page';

/** The kernel of the address, which a visitor typed. */
function typed(): number[] | null {
  const values = inAddress('kernel')?.split(',').map(Number);
  return values && [1, 9, 25].includes(values.length) && values.every(Number.isFinite) ? values : null;
}

export class KernelEditor {
  /** Channels of the output, and those that each reads. */
  shape = { channels: 1, perGroup: 1 };
  #fields: HTMLInputElement[] = [];
  /** Its numbers as they are: fields show them rounded. */
  #values: number[];
  /** Whether its numbers were typed. */
  #isTyped: boolean;
  #name = '';

  constructor(
    private readonly root: HTMLElement,
    private readonly changed: () => void,
  ) {
    const own = typed();
    this.#isTyped = own !== null;
    this.#values = own ?? [];
  }

  /** Numbers of a side; none before a kernel is shown. */
  get side(): number {
    return Math.sqrt(this.#fields.length);
  }

  /** Shows a classic kernel at a size. One that was typed stays until another classic one is chosen, and gets the size. */
  show(name: string, side: Side): void {
    const isResized = this.side !== side;
    if (this.#name === name && !isResized) return;
    if (!isResized) this.#isTyped = false;
    this.#name = name;
    this.#values = this.#isTyped ? framed(this.#values, side) : classic(name, side);
    if (isResized) this.#make(side);
    this.#keep();
    this.#fields.forEach((field, i) => {
      // A wider kernel has less room for each number.
      field.value = String(Number((this.#values[i] ?? 0).toFixed(side === 5 ? 3 : 4)));
    });
  }

  #make(side: Side): void {
    this.#fields = Array.from({ length: side * side }, (_, i) => {
      const field = make('input', { type: 'number', step: 'any', className: 'number' });
      field.setAttribute('aria-label', `Row ${Math.floor(i / side) + 1}, column ${(i % side) + 1}`);
      field.addEventListener('input', () => {
        this.#isTyped = true;
        this.#values[i] = Number.isFinite(field.valueAsNumber) ? field.valueAsNumber : 0;
        this.#keep();
        this.changed();
      });
      return field;
    });
    this.root.style.setProperty('--side', String(side));
    this.root.classList.toggle('wide', side === 5);
    this.root.querySelector('.fields')?.remove();
    this.root.append(make('div', { className: 'fields' }, ...this.#fields));
  }

  #keep(): void {
    keepInAddress('kernel', this.#isTyped ? this.#values.join(',') : null);
  }

  /** The same kernel for each channel. */
  get reading(): Reading {
    const { channels, perGroup } = this.shape;
    const values = this.#values;
    const side = Math.sqrt(values.length);
    return {
      shape: [channels, perGroup, side, side],
      data: Float32Array.from(
        { length: channels * perGroup * values.length },
        (_, i) => values[i % values.length] ?? 0,
      ),
    };
  }
}
