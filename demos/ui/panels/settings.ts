// Settings of a page: fields that are kept in its address, so that a link shows what its sender saw.
import { make } from 'lamplight-notebook/ui/dom';
import { inAddress, keepInAddress } from 'lamplight-notebook/ui/kept';

export interface RangeField {
  readonly kind: 'range';
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly value: number;
  readonly format?: (value: number) => string;
}

export interface ChoiceField {
  readonly kind: 'choice';
  readonly label: string;
  /** Values with what is read of them. */
  readonly options: Readonly<Record<string, string>>;
  readonly value: string;
}

export interface SwitchField {
  readonly kind: 'switch';
  readonly label: string;
  readonly value: boolean;
}

export type Field = RangeField | ChoiceField | SwitchField;

export type SettingsOf<F> = {
  -readonly [Name in keyof F]: F[Name] extends RangeField ? number : F[Name] extends SwitchField ? boolean : string;
};

/** A value as the address has it. */
function parsed(field: Field, text: string): number | boolean | string {
  if (field.kind === 'switch') return text === 'true';
  if (field.kind === 'choice') return text in field.options ? text : field.value;
  const value = Number(text);
  return Number.isFinite(value) ? Math.min(field.max, Math.max(field.min, value)) : field.value;
}

export class Settings<F extends Readonly<Record<string, Field>>> {
  readonly values: SettingsOf<F>;
  readonly #inputs = new Map<string, { show(value: unknown): void; readonly root: HTMLElement }>();

  /** `changed` runs after each change by hand; fields are put into `root` in their order. */
  constructor(
    private readonly root: HTMLElement,
    private readonly fields: F,
    private readonly changed: (values: SettingsOf<F>) => void,
  ) {
    const values: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(fields)) {
      const asked = inAddress(name);
      values[name] = asked === null ? field.value : parsed(field, asked);
      this.#add(name, field, values[name]);
    }
    this.values = values as SettingsOf<F>;
  }

  /** Sets values by hand of the page, shows them, and tells of them once. */
  set(values: Partial<SettingsOf<F>>): void {
    for (const [name, value] of Object.entries(values)) this.#take(name, value);
    this.changed(this.values);
  }

  /** Gives a choice other options, and shows of them the one that the address names, or else `value`. Nothing is told. */
  offer(name: keyof F & string, options: Readonly<Record<string, string>>, value: string): void {
    const asked = inAddress(name);
    const shown = asked !== null && asked in options ? asked : value;
    (this.values as Record<string, unknown>)[name] = shown;
    const input = this.#inputs.get(name);
    input?.root.querySelector('select')?.replaceChildren(...optionsOf(options));
    input?.show(shown);
  }

  /** Gives a range another end, and a value beyond it the end. Nothing is told. */
  limit(name: keyof F & string, max: number): void {
    const input = this.#inputs.get(name);
    input?.root.querySelector('input')?.setAttribute('max', String(max));
    const value = Math.min(Number(this.values[name]), max);
    (this.values as Record<string, unknown>)[name] = value;
    input?.show(value);
  }

  /** Shows or hides a field. */
  show(name: keyof F & string, isShown: boolean): void {
    const input = this.#inputs.get(name);
    if (input) input.root.hidden = !isShown;
  }

  #take(name: string, value: unknown): void {
    (this.values as Record<string, unknown>)[name] = value;
    keepInAddress(name, value === this.fields[name]?.value ? null : String(value));
    this.#inputs.get(name)?.show(value);
  }

  #add(name: string, field: Field, value: unknown): void {
    const told = (next: unknown) => this.set({ [name]: next } as Partial<SettingsOf<F>>);
    const input =
      field.kind === 'range' ? range(field, told) : field.kind === 'choice' ? choice(field, told) : toggle(field, told);
    input.show(value);
    this.#inputs.set(name, input);
    this.root.append(input.root);
  }
}

function range({ label, min, max, step = 1, format = String }: RangeField, told: (value: number) => void) {
  const reading = make('span', { className: 'number' });
  // It is read out as the value, not as a part of the name.
  reading.setAttribute('aria-hidden', 'true');
  const input = make('input', { type: 'range', min: String(min), max: String(max), step: String(step) });
  const root = make('label', { className: 'field range' }, make('span', {}, label, reading), input);
  input.addEventListener('input', () => told(Number(input.value)));
  return {
    root,
    show(value: unknown) {
      input.value = String(value);
      reading.textContent = format(Number(value));
      input.setAttribute('aria-valuetext', format(Number(value)));
    },
  };
}

const optionsOf = (options: Readonly<Record<string, string>>): HTMLOptionElement[] =>
  Object.entries(options).map(([value, text]) => make('option', { value }, text));

function choice({ label, options }: ChoiceField, told: (value: string) => void) {
  const input = make('select', {}, ...optionsOf(options));
  const root = make('label', { className: 'field' }, make('span', {}, label), input);
  input.addEventListener('change', () => told(input.value));
  return {
    root,
    show(value: unknown) {
      input.value = String(value);
    },
  };
}

function toggle({ label }: SwitchField, told: (value: boolean) => void) {
  const input = make('input', { type: 'checkbox' });
  const root = make('label', { className: 'field toggle' }, input, make('span', {}, label));
  input.addEventListener('change', () => told(input.checked));
  return {
    root,
    show(value: unknown) {
      input.checked = Boolean(value);
    },
  };
}
