// A kernel that slides over numbers: which of them made a number of the output, and how; the kernel is typed, the numbers are pressed.
import type { ConvolutionData, Life } from './data';
import { field, fieldsHtml, type RangeWords } from './fields';
import { classic, framed, kernelsOf, type Side } from './kernels';
import { greatest, type Look, SheetView, sheetHtml } from './sheet';
import { asTerm, convolved, outputSize, padded, placesOf, productsOf, type Sheet, windowOf, written } from './sums';

/** What is drawn, made of the data and of what is pointed at. */
interface Scene {
  readonly input: Sheet;
  readonly kernel: Sheet;
  readonly output: Sheet;
  readonly window: readonly number[];
  readonly at: number;
}

const SIDES: readonly Side[] = [1, 3, 5];
/** Milliseconds that the kernel stands at a place when it goes over all of them. */
const STEP = 450;

export const RANGES = {
  stride: { label: 'Stride', min: 1, max: 3 },
  padding: { label: 'Padding', min: 0, max: 2 },
  dilation: { label: 'Dilation', min: 1, max: 2 },
} as const satisfies Readonly<Record<string, RangeWords>>;

/** A digit one, of nines and noughts, in a square of this size. */
export function one(size: number): number[] {
  const picture = ['0009000', '0099000', '0009000', '0009000', '0009000', '0099900', '0000000'];
  const shift = Math.floor((size - 7) / 2);
  return Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size) - shift, (i % size) - shift];
    return Number(picture[row]?.[column] ?? 0);
  });
}

/** The number of the output that is the greatest of all: there is most to see. */
const mostOf = (values: readonly number[]): number =>
  values.reduce((best, value, i) => (Math.abs(value) > Math.abs(values[best] ?? 0) ? i : best), 0);

function sceneOf(data: ConvolutionData, pointed: number | null): Scene {
  const { size, side } = data;
  const input = padded({ height: size, width: size, values: data.input }, data.padding);
  const kernel = { height: side, width: side, values: data.kernel };
  const output = convolved(input, kernel, data);
  const at = Math.min(pointed ?? mostOf(output.values), output.values.length - 1);
  return { input, kernel, output, at, window: windowOf(input, kernel, data, at) };
}

type Part = 'input' | 'output' | 'under' | 'factor' | 'product';

function looks(
  { padding }: ConvolutionData,
  { input, kernel, output, window, at }: Scene,
): Readonly<Record<Part, readonly [Sheet, Look]>> {
  const products = productsOf(input, kernel, window);
  const under = { height: kernel.height, width: kernel.width, values: window.map((place) => input.values[place] ?? 0) };
  const range = Math.max(9, greatest(input.values));
  return {
    input: [input, { scale: 'grey', range, ring: padding, framed: window }],
    output: [output, { scale: 'signed', at, framed: [at] }],
    under: [under, { scale: 'grey', range }],
    factor: [kernel, { scale: 'signed' }],
    product: [
      { ...under, values: products },
      { scale: 'signed', range: greatest(output.values) },
    ],
  };
}

const sized = ({ height, width }: Sheet): string => `${height} × ${width}`;

const LABELS: Readonly<Record<Part, string>> = {
  input: 'Input. Arrow keys move, Enter makes a number greater.',
  output: 'Output. Arrow keys move from number to number; the sum of each is written below.',
  under: 'The numbers under the kernel',
  factor: 'The kernel',
  product: 'The products',
};

function captionsOf({ size, padding }: ConvolutionData, { input, output }: Scene): Readonly<Record<Part, string>> {
  return {
    input: padding > 0 ? `Input ${size} × ${size}, padded to ${sized(input)}` : `Input ${sized(input)}`,
    output: `Output ${sized(output)}`,
    under: 'Under the kernel',
    factor: 'Kernel',
    product: 'Products',
  };
}

/** The sum in signs: the products that are not nought, and what they add up to. */
function sumHtml(data: ConvolutionData, { input, kernel, output, window, at }: Scene): string {
  const terms = window.flatMap((place, i) => {
    const [a, weight] = [input.values[place] ?? 0, kernel.values[i] ?? 0];
    return a !== 0 && weight !== 0 ? [`${asTerm(a)} · ${asTerm(weight)}`] : [];
  });
  const wide = placesOf(input.width, kernel.width, data);
  const place = `Row ${Math.floor(at / wide) + 1}, column ${(at % wide) + 1} of the output:`;
  return `${place} <span class="number">${terms.join(' + ') || '0'} = <strong>${written(output.values[at] ?? 0)}</strong></span>`;
}

function sizeHtml(data: ConvolutionData, { output }: Scene): string {
  const formula = outputSize({ ...data, kernel: data.side }).replace('n', String(data.size));
  return `Size of the output: <span class="number">${formula} = ${output.width}</span>`;
}

function kernelHtml({ side, kernel }: ConvolutionData): string {
  const fields = kernel.map(
    (value, i) =>
      `<td><input type="number" step="any" value="${rounded(value)}" aria-label="Kernel, row ${Math.floor(i / side) + 1}, column ${(i % side) + 1}" disabled></td>`,
  );
  const rows = Array.from(
    { length: side },
    (_, row) => `<tr>${fields.slice(row * side, (row + 1) * side).join('')}</tr>`,
  );
  return `<tbody>${rows.join('')}</tbody>`;
}

const rounded = (value: number): string => String(Number(value.toFixed(2)));

/** Fields of the panel, as they stand in the page before they can be used. */
function settingsHtml({ side, name, ...values }: ConvolutionData): string {
  const own: Readonly<Record<string, string>> = name === '' ? { '': 'Your own' } : {};
  return fieldsHtml({
    name: { label: 'Kernel', options: { ...own, ...kernelsOf(SIDES.find((one_) => one_ === side) ?? 3) }, value: name },
    side: { label: 'Kernel size', options: { 1: '1 × 1', 3: '3 × 3', 5: '5 × 5' }, value: String(side) },
    stride: { ...RANGES.stride, value: values.stride },
    padding: { ...RANGES.padding, value: values.padding },
    dilation: { ...RANGES.dilation, value: values.dilation },
  });
}

/** The panel as it is first seen. */
export function convolutionHtml(data: ConvolutionData): string {
  const scene = sceneOf(data, null);
  const parts = looks(data, scene);
  const captions = captionsOf(data, scene);
  const html = (name: Part) => sheetHtml(name, ...parts[name], { caption: captions[name], label: LABELS[name] });
  return `<div class="touch-stage">${html('input')}<figure class="sheet kernel"><figcaption>Kernel</figcaption><table>${kernelHtml(data)}</table></figure>${html('output')}</div>
<div class="touch-sum"><div class="touch-products">${html('under')}<b aria-hidden="true">·</b>${html('factor')}<b aria-hidden="true">=</b>${html('product')}</div><p class="sum" role="status">${sumHtml(data, scene)}</p></div>
<p class="hint size">${sizeHtml(data, scene)}</p>
<fieldset class="touch-fields" disabled><legend class="visually-hidden">Settings of the convolution</legend>${settingsHtml(data)}</fieldset>
<p class="touch-buttons"><button type="button" class="button" data-do="slide" disabled>Slide over all places</button><button type="button" class="button quiet" data-do="reset" disabled>Start again</button></p>`;
}

/** Brings a panel that stands in the page to life. */
export function wakeConvolution(root: HTMLElement, first: ConvolutionData): Life {
  let data = first;
  let at: number | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;
  const find = (selector: string) => root.querySelector<HTMLElement>(selector)!;
  const fields = find('.touch-fields') as HTMLFieldSetElement;
  const slide = find('[data-do="slide"]') as HTMLButtonElement;
  const reset = find('[data-do="reset"]') as HTMLButtonElement;
  const views = {
    input: new SheetView(root, 'input', { pressed: (place) => press(place) }),
    output: new SheetView(root, 'output', { pointed: (place) => point(place), pressed: (place) => point(place) }),
    under: new SheetView(root, 'under'),
    factor: new SheetView(root, 'factor'),
    product: new SheetView(root, 'product'),
  };

  function draw(): void {
    const scene = sceneOf(data, at);
    const parts = looks(data, scene);
    const captions = captionsOf(data, scene);
    for (const name of Object.keys(views) as Part[]) {
      views[name].draw(...parts[name]);
      views[name].caption = captions[name];
    }
    find('.sum').innerHTML = sumHtml(data, scene);
    find('.size').innerHTML = sizeHtml(data, scene);
  }

  function point(place: number): void {
    stop();
    at = place;
    draw();
  }

  /** Three more, and from nine back to nought. */
  function press(place: number): void {
    const { size, padding } = data;
    const wide = size + 2 * padding;
    const [row, column] = [Math.floor(place / wide) - padding, (place % wide) - padding];
    if (row < 0 || column < 0 || row >= size || column >= size) return;
    const input = data.input.map((value, i) => (i === row * size + column ? (value >= 9 ? 0 : value + 3) : value));
    set({ input });
  }

  function set(changes: Partial<ConvolutionData>): void {
    const next = { ...data, ...changes };
    // A kernel that reaches further than the numbers and their padding has no place.
    const room = (next.size + 2 * next.padding - 1) / Math.max(1, next.side - 1);
    data = { ...next, dilation: Math.max(1, Math.min(next.dilation, Math.floor(room))) };
    if (data.dilation !== next.dilation) showFields();
    draw();
  }

  function showKernel(): void {
    const table = find('.kernel table');
    table.innerHTML = kernelHtml(data);
    table.querySelectorAll('input').forEach((input, i) => {
      input.disabled = false;
      input.addEventListener('input', () => {
        const typed = Number.isFinite(input.valueAsNumber) ? input.valueAsNumber : 0;
        set({ kernel: data.kernel.map((value, k) => (k === i ? typed : value)) });
        if (data.name !== '') {
          data = { ...data, name: '' };
          showFields();
        }
      });
    });
  }

  function showFields(): void {
    const legend = fields.querySelector('legend')!;
    const active = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.field : undefined;
    fields.innerHTML = settingsHtml(data);
    fields.prepend(legend);
    if (active) fields.querySelector<HTMLElement>(`[data-field="${active}"]`)?.focus();
  }

  function changed(name: string, value: string): void {
    stop();
    if (name === 'name') set({ name: value, kernel: value === '' ? data.kernel : classic(value, data.side as Side) });
    else if (name === 'side') {
      const side = Number(value) as Side;
      const kept = data.name in kernelsOf(side) && data.side !== 1 ? data.name : side === 1 ? 'identity' : 'edges';
      const isOwn = data.name === '' && [1, 3, 5].includes(data.side);
      set({ side, name: isOwn ? '' : kept, kernel: isOwn ? framed(data.kernel, side) : classic(kept, side) });
    } else set({ [name]: Number(value) });
    if (name === 'name' || name === 'side') {
      showKernel();
      showFields();
    }
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    slide.textContent = 'Slide over all places';
  }

  function go(): void {
    if (timer !== undefined) {
      stop();
      return;
    }
    at = 0;
    draw();
    slide.textContent = 'Stop';
    timer = setInterval(() => {
      const count = sceneOf(data, at).output.values.length;
      if (!root.isConnected || at === null || at >= count - 1) stop();
      else {
        at++;
        draw();
      }
    }, STEP);
  }

  slide.addEventListener('click', go);
  reset.addEventListener('click', () => {
    stop();
    at = null;
    data = first;
    showKernel();
    showFields();
    draw();
  });
  field(fields, changed);
  for (const button of [slide, reset]) button.disabled = false;
  fields.disabled = false;
  showKernel();
  draw();
  return { end: stop };
}
