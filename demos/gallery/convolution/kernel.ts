// The kernel as fields that one types into, and the classic ones, each at the sizes that it has.
import { make } from 'lamplight-notebook/ui/dom';
import { inAddress, keepInAddress } from 'lamplight-notebook/ui/kept';
import type { Reading } from '../page';

/** Numbers of a side of the kernel. */
export type Side = 1 | 3 | 5;

interface Classic {
  readonly label: string;
  /** Its numbers by rows, where it has this size. */
  readonly 1?: readonly number[];
  readonly 3?: readonly number[];
  readonly 5?: readonly number[];
}

/** What each of two neighbours further away counts: the binomial numbers, which come close to a bell. */
const BELL = [1, 4, 6, 4, 1].flatMap((a) => [1, 4, 6, 4, 1].map((b) => (a * b) / 256));

const KERNELS: Readonly<Record<string, Classic>> = {
  edges: { label: 'Edges, upright (Sobel)', 3: [1, 0, -1, 2, 0, -2, 1, 0, -1] },
  level: { label: 'Edges, level (Sobel)', 3: [1, 2, 1, 0, 0, 0, -1, -2, -1] },
  outline: { label: 'Outline (Laplace)', 3: [0, 1, 0, 1, -4, 1, 0, 1, 0] },
  sharpen: {
    label: 'Sharpen',
    3: [0, -1, 0, -1, 5, -1, 0, -1, 0],
    // Twice the picture, less its blur.
    5: BELL.map((value, i) => (i === 12 ? 2 : 0) - value),
  },
  blur: { label: 'Blur (box)', 3: Array<number>(9).fill(1 / 9), 5: Array<number>(25).fill(1 / 25) },
  gauss: { label: 'Blur (Gauss)', 3: [1, 2, 1, 2, 4, 2, 1, 2, 1].map((value) => value / 16), 5: BELL },
  emboss: { label: 'Emboss', 3: [-2, -1, 0, -1, 1, 1, 0, 1, 2] },
  identity: { label: 'Nothing changes', 1: [1] },
  twice: { label: 'Twice as much', 1: [2] },
  negative: { label: 'The negative', 1: [-1] },
};

const sideOf = (values: readonly number[]): number => Math.sqrt(values.length);

/** The classic kernels that a size has room for, with what is read of each. */
export const kernelsOf = (side: Side): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(KERNELS).flatMap(([name, { label, ...sizes }]) =>
      Object.keys(sizes).some((size) => Number(size) <= side) ? [[name, label]] : [],
    ),
  );

/** A kernel around the same middle at another size: zeros come around it, or its outer numbers go. */
function framed(values: readonly number[], side: Side): number[] {
  const from = sideOf(values);
  const edge = (side - from) / 2;
  return Array.from({ length: side * side }, (_, i) => {
    const [row, column] = [Math.floor(i / side) - edge, (i % side) - edge];
    return row >= 0 && column >= 0 && row < from && column < from ? (values[row * from + column] ?? 0) : 0;
  });
}

/** A classic kernel at a size; where it has a smaller one alone, with zeros around it. */
function classic(name: string, side: Side): number[] {
  const { 1: dot, 3: small = dot, 5: large = small } = KERNELS[name] ?? {};
  return framed((side === 5 ? large : side === 3 ? small : dot) ?? [1], side);
}

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
    const side = sideOf(values);
    return {
      shape: [channels, perGroup, side, side],
      data: Float32Array.from(
        { length: channels * perGroup * values.length },
        (_, i) => values[i % values.length] ?? 0,
      ),
    };
  }
}
