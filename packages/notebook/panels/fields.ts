// Fields of panels: as HTML, and what is heard of them.
import { escaped } from '../render/escaped';

export interface RangeWords {
  readonly label: string;
  readonly min: number;
  readonly max: number;
}

interface Range extends RangeWords {
  readonly value: number;
}

interface Choice {
  readonly label: string;
  /** Values with what is read of them. */
  readonly options: Readonly<Record<string, string>>;
  readonly value: string;
}

function choiceHtml(name: string, { label, options, value }: Choice): string {
  const items = Object.entries(options).map(
    ([key, text]) => `<option value="${escaped(key)}"${key === value ? ' selected' : ''}>${escaped(text)}</option>`,
  );
  return `<label class="field"><span>${label}</span><select data-field="${name}">${items.join('')}</select></label>`;
}

const rangeHtml = (name: string, { label, min, max, value }: Range): string =>
  `<label class="field range"><span>${label}<span class="number" aria-hidden="true">${value}</span></span><input type="range" data-field="${name}" min="${min}" max="${max}" value="${value}"></label>`;

/** Fields by their names, in their order. */
export const fieldsHtml = (fields: Readonly<Record<string, Range | Choice>>): string =>
  Object.entries(fields)
    .map(([name, one]) => ('options' in one ? choiceHtml(name, one) : rangeHtml(name, one)))
    .join('');

/** Tells of each field in `root` that is changed by hand, those of later among them. */
export function field(root: HTMLElement, changed: (name: string, value: string) => void): void {
  root.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
    const { field: name } = target.dataset;
    if (name === undefined) return;
    const reading = target.type === 'range' ? target.closest('label')?.querySelector('.number') : null;
    if (reading) reading.textContent = target.value;
    changed(name, target.value);
  });
}
